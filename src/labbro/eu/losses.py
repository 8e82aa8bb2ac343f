"""What of a report the European document has no place for, told one by one. Source: facts fhir.md, end of section 6."""

from __future__ import annotations

from collections.abc import Iterator

from labbro.eu.addresses import Addresses
from labbro.letters.findings import Finding
from labbro.records.model import Party, Report, Result

_SOME = 3  # of one kind of loss, as many are told by value


def losses_of(report: Report, known: Addresses) -> tuple[Finding, ...]:
    """The losses of a report, as findings of severity `loss`."""
    found = [*_of_parties(report, known)]
    for result in report.results:
        found += _of_result(result)
    if report.relative is not None:
        found.append(_loss("Relative", "a relative", "en pårørende"))
    if report.to_laboratory:
        found.append(_loss("ToLabIdentifier", "the laboratory it goes to", "laboratoriet det går til"))
    if report.consent_given is False:
        found.append(
            _loss(
                "Consent/Given", "a refused consent (marked as restricted)", "et nægtet samtykke (mærket som begrænset)"
            )
        )
    return tuple(found)


def _of_parties(report: Report, known: Addresses) -> Iterator[Finding]:
    for name, party in (("Sender", report.sender), ("Receiver", report.receiver), ("CCReceiver", report.copy_receiver)):
        if party is None:
            continue
        if party.ean and party.identifier and not _registered(party, known):
            path = f"{name}/Identifier"
            yield _loss(
                path, f"{party.identifier_kind} {party.identifier}", f"{party.identifier_kind} {party.identifier}"
            )


def _registered(party: Party, known: Addresses) -> bool:
    return party.identifier_kind in ("sorkode", "cvr", "lokationsnummer") or (party.ean or "") in known.organisations


def _of_result(result: Result) -> Iterator[Finding]:
    path = f"LaboratoryResults/Result[{result.ordinal}]"
    if result.group is not None:
        said = f"the laboratory's group {result.group.name}"
        yield _loss(f"{path}/RequisitionGroup", said, f"laboratoriets gruppe {result.group.name}")
    if result.to_laboratory:
        yield _loss(f"{path}/ToLabIdentifier", "the laboratory it goes to", "laboratoriet det går til")
    for reference in result.references:
        yield _loss(
            f"{path}/Reference", f"a reference: {reference.description}", f"en henvisning: {reference.description}"
        )
    for examiner in result.examiners:
        if examiner.name or examiner.initials:
            yield _loss(f"{path}/Examiner", "who examined", "hvem der undersøgte")


def _loss(path: str, what: str, what_da: str) -> Finding:
    return Finding(
        severity="loss",
        code="no-place-in-eu",
        path=path,
        message=f"The European document has no place for {what}.",
        message_da=f"Det europæiske dokument har ikke plads til {what_da}.",
    )
