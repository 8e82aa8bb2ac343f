"""Every problem of the number service, each with its code and a sentence in two languages. See docs/problems.md.

A problem changes nothing. Functions make the error, callers raise it. No sentence holds a number of a sample.
"""

from __future__ import annotations

import datetime as dt
from uuid import UUID

from labbro.errors import Conflict, LabbroError, NotAllowed, NotFound, TooMany, Unavailable, WrongUse


class ApprovalNeeded(Conflict):
    """A draw waits for a second person; `approval_id` names what to approve."""

    code = "approval-needed"

    def __init__(self, approval_id: UUID) -> None:
        super().__init__(
            "The draw is far above the account's plan and waits for approval by another person "
            f"(approval {approval_id}); once approved, send the same request again.",
            message_da="Trækket er langt over kontoens plan og afventer godkendelse af en anden person "
            f"(godkendelse {approval_id}); send samme forespørgsel igen, når den er godkendt.",
        )
        self.approval_id = approval_id

    @property
    def further(self) -> dict[str, str]:
        """`approval_id`."""
        return {"approval_id": str(self.approval_id)}


def number_malformed(digits: int) -> WrongUse:
    """Not the form of a number of the space."""
    return WrongUse(
        f"The number does not have the form of the number space: {digits} digits.",
        message_da=f"Nummeret har ikke nummerrummets form: {digits} cifre.",
        code="number-malformed",
    )


def number_check_digit() -> WrongUse:
    """The last digit is not the check digit of the others."""
    return WrongUse(
        "The check digit of the number does not fit; a digit is wrong.",
        message_da="Nummerets kontrolciffer passer ikke; et ciffer er forkert.",
        code="number-check-digit",
    )


def number_of_another_space(space: str) -> WrongUse:
    """Another prefix, or another kind of number."""
    return WrongUse(
        f"The number does not belong to the number space {space}.",
        message_da=f"Nummeret hører ikke til nummerrummet {space}.",
        code="number-of-another-space",
    )


def number_never_issued() -> NotFound:
    """A number of the space that nobody was given."""
    return NotFound(
        "The number is well-formed, but was never given out.",
        message_da="Nummeret er velformet, men er aldrig udleveret.",
        code="number-never-issued",
    )


def space_unknown(space: str) -> NotFound:
    """No number space of that name."""
    return NotFound(
        f"There is no number space named {space[:40]}.",
        message_da=f"Der er intet nummerrum med navnet {space[:40]}.",
        code="space-unknown",
    )


def space_exhausted(space: str) -> Conflict:
    """Fewer numbers are left than were asked for."""
    return Conflict(
        f"The number space {space} does not hold that many numbers any more.",
        message_da=f"Nummerrummet {space} har ikke så mange numre tilbage.",
        code="space-exhausted",
    )


def series_too_large(largest: int) -> WrongUse:
    """Above the account's largest series."""
    return WrongUse(
        f"The series is larger than the account may draw at once: at most {largest} numbers.",
        message_da=f"Serien er større, end kontoen må trække ad gangen: højst {largest} numre.",
        code="series-too-large",
    )


def series_empty() -> WrongUse:
    """A series holds at least one number."""
    return WrongUse(
        "A series holds at least one number.",
        message_da="En serie skal have mindst ét nummer.",
        code="series-empty",
    )


def daily_limit(limit: int) -> TooMany:
    """The account has drawn its numbers of the day."""
    return TooMany(
        f"The account would draw more than its {limit} numbers of the day; try again tomorrow or ask for more.",
        message_da=f"Kontoen ville trække mere end dagens {limit} numre; prøv igen i morgen eller bed om flere.",
        code="daily-limit",
    )


def approval_refused() -> NotAllowed:
    """The second person said no."""
    return NotAllowed(
        "The draw far above plan was refused by another person.",
        message_da="Trækket langt over planen blev afvist af en anden person.",
        code="approval-refused",
    )


def approval_unknown() -> NotFound:
    """No such approval, or not for this caller."""
    return NotFound(
        "There is no such approval for you to decide.",
        message_da="Der er ingen sådan godkendelse, som du kan afgøre.",
        code="approval-unknown",
    )


def approval_own() -> NotAllowed:
    """Nobody approves a draw of their own."""
    return NotAllowed(
        "Another person than the one who asked must approve.",
        message_da="En anden end den, der bad om det, skal godkende.",
        code="approval-own",
    )


def approval_decided() -> Conflict:
    """Decided before, the other way."""
    return Conflict(
        "The approval was decided before.",
        message_da="Godkendelsen er allerede afgjort.",
        code="approval-decided",
    )


def account_missing() -> WrongUse:
    """A person has to say for which account."""
    return WrongUse(
        "Name the account that the series is for.",
        message_da="Angiv den konto, som serien er til.",
        code="account-missing",
    )


def account_unknown() -> NotFound:
    """No such account, or not one of the caller's."""
    return NotFound(
        "There is no such account for you.",
        message_da="Der er ingen sådan konto for dig.",
        code="account-unknown",
    )


def series_unknown() -> NotFound:
    """No series of that id."""
    return NotFound(
        "There is no such series.",
        message_da="Der er ingen sådan serie.",
        code="series-unknown",
    )


def series_not_yours() -> NotAllowed:
    """Another account's series."""
    return NotAllowed(
        "The series belongs to another account.",
        message_da="Serien tilhører en anden konto.",
        code="series-not-yours",
    )


def already_released() -> Conflict:
    """At least one of the numbers was released before."""
    return Conflict(
        "The series, or part of what is named, was released before.",
        message_da="Serien eller en del af det nævnte er allerede frigivet.",
        code="already-released",
    )


def released_outside_series() -> WrongUse:
    """The named numbers are not all in the series, or the first is after the last."""
    return WrongUse(
        "The numbers to release do not all lie in the series, or the first comes after the last.",
        message_da="Numrene, der skal frigives, ligger ikke alle i serien, eller det første kommer efter det sidste.",
        code="released-outside-series",
    )


def claim_not_skipped() -> Conflict:
    """Only what was skipped can have been lost by a restore."""
    return Conflict(
        "Not all of these numbers were skipped: somebody was given some of them, or they were never reached.",
        message_da="Ikke alle disse numre er sprunget over: nogen har fået nogle af dem, eller de er aldrig nået.",
        code="claim-not-skipped",
    )


def already_claimed() -> Conflict:
    """Somebody says to hold them already."""
    return Conflict(
        "Somebody holds some of these numbers by an earlier claim.",
        message_da="Nogen har allerede meldt, at de har nogle af disse numre.",
        code="already-claimed",
    )


def reason_missing(longest: int) -> WrongUse:
    """A release and a jump have a reason."""
    return WrongUse(
        f"A reason is needed, at most {longest} characters.",
        message_da=f"Der skal angives en årsag på højst {longest} tegn.",
        code="reason-missing",
    )


def reason_identity() -> WrongUse:
    """A reason is read by others than those who know the patient."""
    return WrongUse(
        "A reason must not hold a long number: it could be a person's or a sample's.",
        message_da="En årsag må ikke indeholde et langt nummer: det kunne være en persons eller en prøves.",
        code="reason-identity",
    )


def request_id_reused() -> Conflict:
    """The same request id for another content."""
    return Conflict(
        "The request id was used before with other content; make a new one for a new request.",
        message_da="Forespørgslens id er brugt før med andet indhold; lav et nyt til en ny forespørgsel.",
        code="request-id-reused",
    )


def request_id_missing() -> WrongUse:
    """A request has an id, a UUID made by the client. For doors that find none."""
    return WrongUse(
        "The request has no request id; make a UUID, store it, and send it with the request.",
        message_da="Forespørgslen har intet id; lav en UUID, gem den, og send den med forespørgslen.",
        code="request-id-missing",
    )


def not_durable(what: str, what_da: str) -> Unavailable:
    """The database could forget what it has told."""
    return Unavailable(
        f"No number is given out: the database is not durable ({what}).",
        message_da=f"Der udleveres ingen numre: databasen er ikke holdbar ({what_da}).",
        code="not-durable",
    )


def database_behind() -> Unavailable:
    """The high-water mark is ahead of the database."""
    return Unavailable(
        "No number is given out: the database is older than what was issued. The operator must jump over it "
        "(labbro numbers jump).",
        message_da="Der udleveres ingen numre: databasen er ældre end det, der er udleveret. Driften skal springe over "
        "det (labbro numbers jump).",
        code="database-behind",
    )


def client_ahead() -> Unavailable:
    """A client holds numbers that the database has not given out."""
    return Unavailable(
        "No number is given out: a client holds higher numbers than the database has issued. The operator must jump "
        "over them (labbro numbers jump).",
        message_da="Der udleveres ingen numre: en klient har højere numre, end databasen har udleveret. Driften skal "
        "springe over dem (labbro numbers jump).",
        code="client-ahead",
    )


def mark_missing() -> Unavailable:
    """Series exist, but no high-water mark."""
    return Unavailable(
        "No number is given out: the high-water mark is missing though numbers were issued. Put its file back, or let "
        "the operator jump (labbro numbers jump).",
        message_da="Der udleveres ingen numre: højvandsmærket mangler, skønt der er udleveret numre. Læg filen "
        "tilbage, eller lad driften springe (labbro numbers jump).",
        code="mark-missing",
    )


def mark_bad() -> Unavailable:
    """The high-water mark is not signed by this installation."""
    return Unavailable(
        "No number is given out: the high-water mark is damaged or not signed by this installation.",
        message_da="Der udleveres ingen numre: højvandsmærket er beskadiget eller ikke underskrevet af dette anlæg.",
        code="mark-bad",
    )


def mark_behind() -> Unavailable:
    """The database is ahead of the high-water mark: an old mark, or two that are used in turn."""
    return Unavailable(
        "No number is given out: the high-water mark is older than the database; somebody put back an old one, or two "
        "are in use.",
        message_da="Der udleveres ingen numre: højvandsmærket er ældre end databasen; nogen har lagt et gammelt "
        "tilbage, eller to er i brug.",
        code="mark-behind",
    )


def mark_not_kept() -> Unavailable:
    """The mark's disk refuses."""
    return Unavailable(
        "No number is given out: the high-water mark cannot be written.",
        message_da="Der udleveres ingen numre: højvandsmærket kan ikke skrives.",
        code="mark-not-kept",
    )


def busy() -> Unavailable:
    """Another process holds the space for too long, or too many wait."""
    return Unavailable(
        "The number service is busy; send the same request again in a moment.",
        message_da="Nummertjenesten er optaget; send samme forespørgsel igen om et øjeblik.",
        code="numbers-busy",
    )


def outcome_unknown() -> Unavailable:
    """The database went away while it was told to commit."""
    return Unavailable(
        "It is not known whether the series was given out; send the same request again.",
        message_da="Det er uvist, om serien blev udleveret; send samme forespørgsel igen.",
        code="outcome-unknown",
    )


def agent_cloned() -> Conflict:
    """A stock agent speaks from an old state."""
    return Conflict(
        "The stock agent speaks from an older state than it had: its disk was cloned or restored. It is on hold until "
        "a person acknowledges this and begins it anew (labbro stock adopt).",
        message_da="Lageragenten taler fra en ældre tilstand, end den havde: dens disk er kopieret eller gendannet. "
        "Den er sat på hold, til en person kvitterer og begynder den forfra (labbro stock adopt).",
        code="agent-cloned-or-restored",
    )


def agent_unknown() -> NotFound:
    """No such agent, or not for this caller."""
    return NotFound(
        "There is no such stock agent for you.",
        message_da="Der er ingen sådan lageragent for dig.",
        code="agent-unknown",
    )


def statement_malformed() -> WrongUse:
    """A statement that cannot be true in any state of the service."""
    return WrongUse(
        "The agent's statement is malformed: calls count from 1, and the highest position lies in the number space.",
        message_da="Agentens udsagn er forkert udformet: kald tælles fra 1, og den højeste position ligger i "
        "nummerrummet.",
        code="statement-malformed",
    )


def jump_too_short(least: int) -> WrongUse:
    """A jump that would land on numbers that may have been issued."""
    return WrongUse(
        f"The jump must go at least to position {least}.",
        message_da=f"Springet skal mindst gå til position {least}.",
        code="jump-too-short",
    )


def operator_only() -> NotAllowed:
    """For the operator's people."""
    return NotAllowed(
        "Only the operator may do this.",
        message_da="Kun driften må dette.",
        code="operator-only",
    )


def fault() -> LabbroError:
    """A fault of ours in one request of a group; the log tells more."""
    return LabbroError(
        "Labbro failed at this request; the log tells more.",
        message_da="Labbro fejlede på denne forespørgsel; loggen fortæller mere.",
        code="error",
    )


def plain_http_ended(until: dt.date) -> NotAllowed:
    """Plain HTTP after the transition period. For doors."""
    return NotAllowed(
        f"Plain HTTP ended on {until:%Y-%m-%d}: call by https, and ask your vendor for a system that does.",
        message_da=f"Ukrypteret HTTP ophørte {until:%Y-%m-%d}: kald med https, og bed din leverandør om et system, der "
        "gør det.",
        code="plain-http-ended",
    )
