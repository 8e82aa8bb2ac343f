"""A patient's pages: results, the course of a row, one value, a letter, and who has looked."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from labbro import letters
from labbro.codes import cpr
from labbro.databank import AccessEntry, PatientSummary, StoredLetter
from labbro.errors import NotFound
from labbro.portal import chart, cumulated, detail, filters, formats, grid
from labbro.portal.access import Action, log_view, opened
from labbro.portal.cumulated import View
from labbro.portal.seals import Seen
from labbro.portal.texts import Texts
from labbro.portal.web import AnyRequest, Page, Portal, Visit, go_to, page, visit

MOST_ACCESS_LINES = 1000
OLDEST_YEARS = 120
_LETTER_VIEWS = ("page", "text", "tree")


class Banner(msgspec.Struct, frozen=True):
    """The patient at the head of every page of theirs."""

    name: str
    identifier: str
    age: str
    sex: str
    address: str


class AccessLine(msgspec.Struct, frozen=True):
    """One look, in words."""

    at: str
    who: str
    organisation: str
    what: str
    why: str


class _Opened(msgspec.Struct, frozen=True):
    """A request that may go on: whose session, which patient."""

    visit: Visit
    seen: Seen
    address: str


def handlers(portal: Portal) -> list[ControllerRouterHandler]:
    """Pages under the patient's handle."""

    @get("/patients/{handle:str}/results", sync_to_thread=True)
    def results(request: AnyRequest, handle: FromPath[str]) -> Page:
        told = _enter(portal, request, handle, "history")
        return told if isinstance(told, Response) else _results(portal, told)

    @get("/patients/{handle:str}/rows/{row:str}", sync_to_thread=True)
    def course(request: AnyRequest, handle: FromPath[str], row: FromPath[str]) -> Page:
        told = _enter(portal, request, handle, "history")
        return told if isinstance(told, Response) else _course(portal, told, row)

    @get("/patients/{handle:str}/values/{letter:str}/{ordinal:int}", sync_to_thread=True)
    def value(request: AnyRequest, handle: FromPath[str], letter: FromPath[str], ordinal: FromPath[int]) -> Page:
        key = _key(letter)
        told = _enter(portal, request, handle, "value", key)
        return told if isinstance(told, Response) else _value(portal, told, key, ordinal)

    @get("/patients/{handle:str}/letters/{letter:str}", sync_to_thread=True)
    def letter_page(request: AnyRequest, handle: FromPath[str], letter: FromPath[str]) -> Page:
        key = _key(letter)
        told = _enter(portal, request, handle, "letter", key)
        return told if isinstance(told, Response) else _letter(portal, told, key)

    @get("/patients/{handle:str}/letters/{letter:str}/original", sync_to_thread=True)
    def original(request: AnyRequest, handle: FromPath[str], letter: FromPath[str]) -> Response[bytes] | Page:
        key = _key(letter)
        told = _enter(portal, request, handle, "export", key)
        return told if isinstance(told, Response) else _original(portal, told, key)

    @get("/patients/{handle:str}/access", sync_to_thread=True)
    def access(request: AnyRequest, handle: FromPath[str]) -> Page:
        told = _enter(portal, request, handle, None)
        return told if isinstance(told, Response) else _access(portal, told)

    return [results, course, value, letter_page, original, access]


def _enter(
    portal: Portal, request: AnyRequest, handle: str, action: Action | None, letter_key: UUID | None = None
) -> _Opened | Page:
    """Who asks, for whom, and the line in the log; the sign-in page when nobody is signed in."""
    told = visit(portal, request)
    if told.session is None:
        return go_to("/sign-in?late")
    seen = opened(portal, told.session, handle)
    if action is not None:
        log_view(portal, told.session, seen, action, letter_key)
    return _Opened(told, seen, f"/patients/{handle}")


def _results(portal: Portal, told: _Opened) -> Page:
    texts = told.visit.texts
    wanted = filters.from_query(told.visit.request.query_params)
    if filters.holds_identity(wanted.text):
        rest = wanted.query(text="", page=1)
        return go_to(f"{told.address}/results{rest}{'&' if rest else '?'}removed=1")
    history = portal.databank.history(told.seen.patient_key)
    now = formats.danish_time(portal.clock.now())
    view = cumulated.build(history, wanted, texts=texts, today=now.date())
    actor = told.visit.session.actor.name if told.visit.session else ""
    return page(
        portal,
        told.visit,
        "results.html",
        patient=_banner(history.patient, told, texts, now.date()),
        view=view,
        grid=grid.table(view, texts) if view.groups else "",
        words=_counts(view, texts),
        newer=f"results{view.filters.query(page=view.filters.page - 1)}" if view.filters.page > 1 else "",
        older=f"results{view.filters.query(page=view.filters.page + 1)}" if view.filters.page < view.pages else "",
        removed="removed" in told.visit.request.query_params,
        printed=texts.printed.format(when=formats.moment(now), name=actor),
    )


def _counts(view: View, texts: Texts) -> list[str]:
    """What is shown, and what is not, in sentences."""
    if view.total == 0:
        return []
    words: list[str] = []
    if view.filters.any:
        words.append(texts.count_selected.format(selected=view.selected, total=view.total))
    else:
        results = texts.results_counted.of(view.total)
        words.append(
            texts.count_all.format(results=results, samplings=texts.samplings_counted.of(view.columns_selected))
        )
    if view.pages > 1:
        first = (view.filters.page - 1) * cumulated.COLUMNS_A_PAGE + 1
        shown = len(view.columns)
        part = {"shown": shown, "columns": view.columns_selected, "first": first, "last": first + shown - 1}
        words.append(texts.columns_part.format(**part))
    if view.rows_elsewhere:
        words.append(texts.rows_elsewhere.of(view.rows_elsewhere))
    if view.superseded:
        words.append(texts.superseded_note.of(view.superseded))
    return words


def _course(portal: Portal, told: _Opened, row: str) -> Page:
    texts = told.visit.texts
    history = portal.databank.history(told.seen.patient_key)
    found = chart.course(history, row, texts)
    if found is None:
        raise NotFound("The patient has no such row.")
    return page(
        portal,
        told.visit,
        "course.html",
        patient=_banner(history.patient, told, texts, formats.danish_time(portal.clock.now()).date()),
        course=found,
        data=_script_data(found.chart),
    )


def _script_data(told: chart.Chart) -> str:
    """JSON that cannot end the script element it stands in."""
    return msgspec.json.encode(told).decode().replace("<", "\\u003c").replace("&", "\\u0026")


def _value(portal: Portal, told: _Opened, letter_key: UUID, ordinal: FromPath[int]) -> Page:
    texts = told.visit.texts
    history = portal.databank.history(told.seen.patient_key)
    found = detail.detail(history, letter_key, ordinal, texts)
    if found is None:
        raise NotFound("The patient has no such result.")
    patient = _banner(history.patient, told, texts, formats.danish_time(portal.clock.now()).date())
    return page(portal, told.visit, "value.html", patient=patient, value=found)


def _letter(portal: Portal, told: _Opened, letter_key: UUID) -> Page:
    texts = told.visit.texts
    stored = portal.databank.letter(told.seen.patient_key, letter_key)
    summary = portal.databank.patient(told.seen.patient_key)
    asked = told.visit.request.query_params.get("as", "page")
    chosen = asked if asked in _LETTER_VIEWS else "page"
    reading = next(iter(letters.read(stored.raw)))
    shown = {"page": "", "text": "", "tree": ""}
    if reading.letter is None:
        shown["text"] = stored.raw.decode("latin-1")
    else:
        if chosen == "page":
            shown["page"] = letters.html_fragment(reading.letter, texts.language)
        elif chosen == "text":
            shown["text"] = letters.show_text(reading.letter, texts.language)
        else:
            shown["tree"] = letters.tree_html(reading.letter, texts.language)
    return page(
        portal,
        told.visit,
        "letter.html",
        patient=_banner(summary, told, texts, formats.danish_time(portal.clock.now()).date()),
        stored=stored,
        views=[(name, label) for name, label in zip(_LETTER_VIEWS, _view_names(texts), strict=True)],
        chosen=chosen,
        shown=shown,
        facts=_letter_facts(stored, texts),
        findings=[f.message if texts.language == "en" else f.message_da for f in reading.findings],
        key=letter_key.hex,
    )


def _view_names(texts: Texts) -> tuple[str, str, str]:
    return texts.as_page, texts.as_text, texts.as_tree


def _letter_facts(stored: StoredLetter, texts: Texts) -> list[detail.Fact]:
    return [
        detail.Fact(texts.letter_number, stored.letter_identifier),
        detail.Fact(texts.sender, stored.sender_ean),
        detail.Fact(texts.receiver, stored.receiver_ean),
        detail.Fact(texts.syntax, f"{stored.standard} {stored.version} · {stored.syntax.upper()}"),
        detail.Fact(texts.received, formats.moment(formats.danish_time(stored.received_at))),
        detail.Fact(texts.source, texts.sources.get(stored.source, stored.source)),
        detail.Fact(texts.digest, stored.digest.hex()),
    ]


def _original(portal: Portal, told: _Opened, letter_key: UUID) -> Response[bytes]:
    stored = portal.databank.letter(told.seen.patient_key, letter_key)
    ending, kind = ("xml", "application/xml") if stored.syntax == "xml" else ("edi", "application/edifact")
    # The name is ours: the letter's own number could say something of the patient.
    name = f"letter-{letter_key.hex[:12]}.{ending}"
    return Response(stored.raw, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _access(portal: Portal, told: _Opened) -> Page:
    texts = told.visit.texts
    summary = portal.databank.patient(told.seen.patient_key)
    entries = portal.databank.access_log(told.seen.patient_key, limit=MOST_ACCESS_LINES + 1)
    lines = _access_lines(entries[:MOST_ACCESS_LINES], texts)
    cut = texts.access_cut.format(count=MOST_ACCESS_LINES) if len(entries) > MOST_ACCESS_LINES else ""
    today = formats.danish_time(portal.clock.now()).date()
    return page(portal, told.visit, "access.html", patient=_banner(summary, told, texts, today), lines=lines, cut=cut)


def _access_lines(entries: Sequence[AccessEntry], texts: Texts) -> list[AccessLine]:
    return [
        AccessLine(
            at=formats.moment(formats.danish_time(entry.at)),
            who=entry.actor_name,
            organisation=entry.organisation or "",
            what=texts.access_actions[entry.action],
            why=texts.reasons.get(entry.purpose or "", entry.purpose or texts.reason_none),
        )
        for entry in entries
    ]


def _banner(patient: PatientSummary, told: _Opened, texts: Texts, today: dt.date) -> Banner:
    said = cpr.read(patient.identifier) if patient.identifier_kind == "cpr" else None
    born = said.birth_date if said else None
    age = sex = ""
    if born is not None:
        years = cpr.age_years(born, today)
        # Test numbers and numbers given at need may say a century that nobody alive was born in.
        age = texts.years.format(age=years) if 0 <= years <= OLDEST_YEARS else ""
    if said is not None and said.sex:
        sex = texts.male if said.sex == "male" else texts.female
    return Banner(
        name=formats.person_name(patient.surname, patient.given_name) or texts.patient,
        identifier=formats.identifier(patient.identifier) or texts.identifier_unknown,
        age=age,
        sex=sex,
        address=told.address,
    )


def _key(told: str) -> UUID:
    """A letter's key in an address: 32 hexadecimal digits. Raises NotFound for anything else."""
    try:
        key = UUID(hex=told)
    except ValueError:
        raise NotFound("There is no such letter.") from None
    if key.hex != told:
        raise NotFound("There is no such letter.")
    return key
