"""From visits to letters: who sends what to whom and when, with all that happens to answers on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import msgspec

from labbro.synthetic.answers import Style, answer, failed, foot_answer, in_words, not_yet
from labbro.synthetic.body import Body, ckd_epi
from labbro.synthetic.catalogue import Analyte, catalogue
from labbro.synthetic.chance import Chance
from labbro.synthetic.country import (
    DEPARTMENTS,
    FOOT_THERAPISTS,
    SHARED_DATABANK,
    Era,
    Laboratory,
    Party,
    Practice,
)
from labbro.synthetic.courses.course import Visit
from labbro.synthetic.numbering import Numbering
from labbro.synthetic.panels import SENT_OUT, SLOW
from labbro.synthetic.plan import Maker, PlannedLetter, PlannedResult, ReportStatus, SampleTaken
from labbro.synthetic.story import Story

_HOSPITAL = frozenset({"ward", "emergency", "kidney-clinic", "medical-clinic"})
_BY_PRACTICE = frozenset({"point-of-care", "home"})
_REFERENCE_LABORATORY = "QKL"
_HAEMOLYSIS = {"potassium": 1.42, "ldh": 2.7}
Results = tuple[PlannedResult, ...]


class Sent(msgspec.Struct, frozen=True):
    """One sending of a sample's results: minutes after sampling, state of the report, results."""

    after_minutes: float
    status: ReportStatus
    results: Results


class Case(msgspec.Struct, frozen=True):
    """One visit with all that its letters have in common."""

    visit: Visit
    chance: Chance
    taken_at: dt.datetime
    practice: Practice
    laboratory: Laboratory
    era: Era
    style: Style
    analytes: tuple[Analyte, ...]


class Reporter:
    """Makes the letters of one person."""

    def __init__(self, story: Story, seed: int, tag: str) -> None:
        self._story = story
        self._chance = Chance(seed, "report", story.person.index)
        curves = tuple(curve for course in story.courses for curve in course.curves)
        self._body = Body(story.person, Chance(seed, "body", story.person.index), curves)
        self._numbering = Numbering(tag, story.person.index)

    def letters(self, until: dt.datetime) -> Iterator[PlannedLetter]:
        """All letters sent until a moment, in order of sending within each visit."""
        for number, visit in enumerate(self._story.visits()):
            case = self._case(visit, self._chance.of(number))
            for letter in self._of_visit(case):
                if letter.sent_at <= until:
                    yield letter

    def _case(self, visit: Visit, chance: Chance) -> Case:
        day = dt.date.fromordinal(visit.day)
        taken_at = dt.datetime.combine(day, dt.time()) + dt.timedelta(minutes=round(visit.hour * 60))
        practice = self._story.practice_on(visit.day)
        laboratory = practice.laboratory
        era = laboratory.era(day)
        own = visit.setting in _BY_PRACTICE
        producer = practice.producer if own else laboratory.party.organisation
        style = Style(
            Maker(producer, "PNT" if own else laboratory.code),
            self._story.person.sex == "male",
            self._story.person.age_years(day),
            "." if own else era.decimal_mark,
            flags=laboratory.flags and not own,
            groups=laboratory.groups and era.syntax == "xml" and not own,
        )
        keys = visit.panel if own or visit.setting == "foot" else _answered(visit.panel, laboratory, day)
        analytes = () if visit.setting == "foot" else tuple(catalogue()[key] for key in keys)
        return Case(visit, chance, taken_at, practice, laboratory, era, style, analytes)

    def _of_visit(self, case: Case) -> Iterator[PlannedLetter]:
        if case.visit.setting == "foot":
            yield self._foot_letter(case)
            return
        results = self._measured(case, case.taken_at)
        words = tuple(in_words(*told, case.style.maker) for told in case.visit.words)
        sample = self._sample(case, case.taken_at)
        if case.visit.setting in _BY_PRACTICE:
            yield self._letter(case, sample, Sent(case.chance.whole(4, 25), "komplet_svar", results))
        elif case.visit.happening == "haemolysed":
            yield from self._haemolysed(case, sample, results)
        else:
            for sent in _sendings(case, (*results, *words)):
                yield self._letter(case, sample, sent)

    def _measured(self, case: Case, at: dt.datetime) -> Results:
        sample = self._body.sample(_day_number(at), case.chance.of("sample", at))
        numbers = sample.measure(case.analytes)
        results = [answer(found, number, case.style) for found, number in zip(case.analytes, numbers, strict=True)]
        if case.visit.happening == "twice":
            again = sample.measure(case.analytes)
            place = next(n for n, found in enumerate(case.analytes) if found.latent == "glucose")
            second = answer(case.analytes[place], again[place], case.style)
            results.insert(place + 1, msgspec.structs.replace(second, comments=("Dobbeltbestemmelse.",)))
        if case.visit.happening == "failed":
            place = next(n for n, found in enumerate(case.analytes) if found.latent == "ldh")
            results[place] = failed(case.analytes[place], case.style)
        return tuple(results)

    def _haemolysed(self, case: Case, sample: SampleTaken, results: Results) -> Iterator[PlannedLetter]:
        """Potassium and LDH are falsely high, the laboratory says so; a new sample two hours later is right."""
        remark = "Prøven er hæmolyseret: resultatet er falsk forhøjet. Ny prøve tilrådes."
        marked = list(results)
        for place, analyte in enumerate(case.analytes):
            if analyte.latent in _HAEMOLYSIS:
                number = float(marked[place].value.replace(",", ".")) * _HAEMOLYSIS[analyte.latent]
                marked[place] = msgspec.structs.replace(answer(analyte, number, case.style), comments=(remark,))
        yield self._letter(case, sample, Sent(95, "komplet_svar", tuple(marked)))
        again_at = case.taken_at + dt.timedelta(minutes=130)
        again = self._measured(case, again_at)
        kept = tuple(one for one, analyte in zip(again, case.analytes, strict=True) if analyte.latent in _HAEMOLYSIS)
        yield self._letter(case, self._sample(case, again_at), Sent(70, "komplet_svar", kept))

    def _sample(self, case: Case, taken_at: dt.datetime) -> SampleTaken:
        sample = self._numbering.sample()
        laboratory_number = self._numbering.laboratory_number(taken_at.year, sample)
        by_hospital = case.visit.setting in _HOSPITAL
        provider = case.practice.party.identifier
        requester_number = (
            self._numbering.hospital_requisition(sample)
            if by_hospital
            else self._numbering.practice_requisition(provider, sample)
        )
        code = "P" if case.visit.setting in _BY_PRACTICE else case.laboratory.code
        collected = case.visit.day_sample
        return SampleTaken(
            laboratory_number,
            requester_number,
            f"{code}-{laboratory_number}",
            taken_at,
            taken_at - dt.timedelta(hours=24) if collected else None,
            str(case.chance.whole(120, 250) * 10) if collected else None,
        )

    def _letter(self, case: Case, sample: SampleTaken, sent: Sent) -> PlannedLetter:
        own = case.visit.setting in _BY_PRACTICE
        ready = sample.taken_at + dt.timedelta(minutes=round(sent.after_minutes))
        wanted = case.laboratory.code == "QKL" and not own
        return PlannedLetter(
            version="XR0131K" if own else case.era.version,
            syntax="edifact" if own else case.era.syntax,
            number=self._numbering.letter(),
            sender=case.practice.party if own else case.laboratory.party,
            receiver=SHARED_DATABANK if own else _receiver(case),
            person=self._story.person,
            sample=sample,
            results=sent.results,
            results_at=ready,
            authorised_at=ready + dt.timedelta(minutes=1),
            sent_at=ready + dt.timedelta(minutes=3),
            status=sent.status,
            laboratory_code="PNT" if own else case.laboratory.code,
            copy=case.practice.party if case.visit.setting == "medical-clinic" else None,
            consent_given=False if self._story.refuses else None,
            comments=case.visit.note,
            receipt_wanted=wanted,
        )

    def _foot_letter(self, case: Case) -> PlannedLetter:
        therapist = FOOT_THERAPISTS[case.laboratory.code]
        maker = Maker(f"{therapist.identifier};{therapist.organisation}"[:35], "PNT")
        years = (case.visit.day - self._story.span.first) / 365
        sample = self._numbering.sample()
        number = self._numbering.laboratory_number(case.taken_at.year, sample)
        ready = case.taken_at + dt.timedelta(minutes=35)
        return PlannedLetter(
            version="XR0130F",
            syntax="edifact" if case.chance.happens(0.6) else "xml",
            number=self._numbering.letter(),
            sender=therapist,
            receiver=case.practice.party,
            person=self._story.person,
            sample=SampleTaken(number, None, f"F-{number}", case.taken_at),
            results=_foot_findings(maker, years, case.chance),
            results_at=ready,
            authorised_at=ready,
            sent_at=ready + dt.timedelta(minutes=2),
            comments="Årlig fodstatus ved diabetes",
        )


def _answered(panel: tuple[str, ...], laboratory: Laboratory, day: dt.date) -> list[str]:
    return [laboratory.reported_as(key, day) for key in panel]


def _day_number(at: dt.datetime) -> float:
    return at.toordinal() + (at.hour * 60 + at.minute) / 1440


def _receiver(case: Case) -> Party:
    departments = DEPARTMENTS[case.laboratory.code]
    receivers = {
        "ward": departments.ward,
        "emergency": departments.emergency,
        "kidney-clinic": departments.kidney_clinic,
        "medical-clinic": departments.medical_clinic,
    }
    return receivers.get(case.visit.setting, case.practice.party)


def _sendings(case: Case, results: Results) -> list[Sent]:
    """When which results of a sample are sent."""
    chance = case.chance.of("sending")
    by_practice = case.visit.setting not in _HOSPITAL
    first = chance.between(330, 520) if by_practice else chance.between(45, 110)
    if case.visit.happening in {"staged", "unfinished"}:
        return _staged(case, results)[: 3 if case.visit.happening == "staged" else 2]
    if case.visit.happening == "corrected":
        return _corrected(case, results, first)
    slow = frozenset(result.analysis.code for result, found in _pairs(case, results) if found.latent in SLOW)
    waits = case.visit.happening == "waiting" or (slow and len(slow) < len(results) and chance.happens(0.35))
    if not waits:
        return [Sent(first, "komplet_svar", results)]
    placeholders = {
        found.analysis.code: not_yet(found, case.style, _sent_to(case, found)) for _, found in _pairs(case, results)
    }
    part = tuple(placeholders[r.analysis.code] if r.analysis.code in slow else r for r in results)
    sendings = [Sent(first, "del_svar", part)]
    if case.visit.happening != "waiting":
        rest = results if case.laboratory.repeats else tuple(r for r in results if r.analysis.code in slow)
        sendings.append(Sent(first + 1440 + chance.between(-120, 200), "komplet_svar", rest))
    return sendings


def _staged(case: Case, results: Results) -> list[Sent]:
    """Received, then part final and part preliminary, then all final."""
    received = tuple(not_yet(found, case.style) for _, found in _pairs(case, results))
    part: list[PlannedResult] = []
    for place, (result, found) in enumerate(_pairs(case, results)):
        if place % 3 == 0:
            part.append(result)
        elif place % 3 == 1:
            part.append(msgspec.structs.replace(result, status="svar_midlertidigt"))
        else:
            part.append(not_yet(found, case.style))
    final = results if case.laboratory.repeats else tuple(r for n, r in enumerate(results) if n % 3)
    return [Sent(14, "modtaget", received), Sent(41, "del_svar", tuple(part)), Sent(78, "komplet_svar", final)]


def _corrected(case: Case, results: Results, first: float) -> list[Sent]:
    """One value was wrong: the right one follows two days later with the same production number."""
    place = next(n for n, found in enumerate(case.analytes) if found.latent == "creatinine")
    analyte, right = case.analytes[place], results[place]
    number = float(right.value.replace(",", ".")) * case.chance.pick((0.6, 1.7, 2.1))
    wrong = answer(analyte, number, case.style)
    wrong_egfr = ckd_epi(number, male=case.style.male, age_years=case.style.age_years)
    wrongly = {analyte.latent: wrong, "egfr": answer(catalogue()["egfr"], wrong_egfr, case.style)}
    sent_first = tuple(wrongly.get(found.latent, result) for result, found in _pairs(case, results))
    was = f"{wrong.value} {analyte.analysis.unit}"
    remark = f"Rettet resultat: tidligere afgivet {was}. Fejl ved fortynding af prøven."
    corrected = msgspec.structs.replace(right, status="svar_rettet", comments=(remark,))
    egfr = tuple(
        msgspec.structs.replace(result, status="svar_rettet", comments=("Genberegnet efter rettet kreatinin.",))
        for result, found in _pairs(case, results)
        if found.latent == "egfr"
    )
    return [Sent(first, "komplet_svar", sent_first), Sent(first + 2880, "komplet_svar", (corrected, *egfr))]


def _pairs(case: Case, results: Results) -> Iterator[tuple[PlannedResult, Analyte]]:
    """Results with their analytes; results in words have none and are left out."""
    by_code = {found.analysis.code: found for found in case.analytes}
    return ((result, by_code[result.analysis.code]) for result in results if result.analysis.code in by_code)


def _sent_to(case: Case, analyte: Analyte) -> str | None:
    away = analyte.latent in SENT_OUT and case.laboratory.code != _REFERENCE_LABORATORY
    return _REFERENCE_LABORATORY if away and case.era.version == "XR0131K" else None


def _foot_findings(maker: Maker, years: float, chance: Chance) -> Results:
    """A yearly foot status: neuropathy and then risk come with the years."""
    neuropathy = years > 4
    ulcer = neuropathy and chance.happens(0.12)
    risk = 1 + neuropathy + (years > 7) + ulcer
    remark = "Nedsat vibrationssans ved første mellemfodsknogle." if neuropathy else None
    findings = [
        ("MCS89001", str(risk), None),
        ("MCS89002", "Uændret" if not ulcer else "Forværret", None),
        ("MCS89004", "Ja" if neuropathy else "Nej", remark),
        ("MCS89005", "Ja" if neuropathy and years > 5 else "Nej", None),
        ("MCS89006", "Nej", None),
        ("DIB0018", "Ja" if ulcer else "Nej", "Wagner 1" if ulcer else None),
        ("DIB0019", "Nej", None),
        ("DIB0020", "Nej", None),
        ("DIB0021", "Nej", None),
        ("MCS89014", "Nej", None),
        ("MCS89015", "Nej", None),
        ("MCS89020", "Ja" if risk > 2 else "Nej", "Fodtøj med god plads til tæerne." if risk > 2 else None),
        ("MCS89021", "Ja", None),
        ("MCS89022", "KOMM", "God fodpleje. Ses igen om et år."),
    ]
    return tuple(foot_answer(code, value, maker, *((text,) if text else ())) for code, value, text in findings)
