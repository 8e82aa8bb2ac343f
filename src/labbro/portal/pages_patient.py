"""A patient's pages: results, the course of a row, one value, a letter, and who has looked."""

from __future__ import annotations

from collections.abc import Sequence
from urllib.parse import parse_qsl
from uuid import UUID

import msgspec
from litestar import Response, get
from litestar.params import FromPath
from litestar.types import ControllerRouterHandler

from labbro.comparability.store import Shown
from labbro.databank import AccessEntry, StoredLetter
from labbro.errors import NotAllowed, NotFound
from labbro.portal import chart, cumulated, detail, filters, formats, grid, originals
from labbro.portal.as_shown import view_of, views_of
from labbro.portal.comparing import chosen_placer, switch, version_placer, way_back
from labbro.portal.cumulated import View
from labbro.portal.i18n.comparability import comparing_words
from labbro.portal.patient import Opened, banner, enter, home_of, letter_key, name_of
from labbro.portal.texts import Texts
from labbro.portal.web import AnyRequest, Page, Portal, go_to, page

MOST_ACCESS_LINES = 1000


class AccessLine(msgspec.Struct, frozen=True):
    """One look, in words."""

    at: str
    who: str
    organisation: str
    what: str
    why: str


def handlers(portal: Portal) -> list[ControllerRouterHandler]:
    """Pages under the patient's handle."""

    @get("/patients/{handle:str}/results", sync_to_thread=True)
    def results(request: AnyRequest, handle: FromPath[str]) -> Page:
        told = enter(portal, request, handle, "history")
        return told if isinstance(told, Response) else _results(portal, told)

    @get("/patients/{handle:str}/rows/{row:str}", sync_to_thread=True)
    def course(request: AnyRequest, handle: FromPath[str], row: FromPath[str]) -> Page:
        told = enter(portal, request, handle, "history")
        return told if isinstance(told, Response) else _course(portal, told, row)

    @get("/patients/{handle:str}/values/{letter:str}/{ordinal:int}", sync_to_thread=True)
    def value(request: AnyRequest, handle: FromPath[str], letter: FromPath[str], ordinal: FromPath[int]) -> Page:
        key = letter_key(letter)
        told = enter(portal, request, handle, "value", key)
        return told if isinstance(told, Response) else _value(portal, told, key, ordinal)

    @get("/patients/{handle:str}/letters/{letter:str}", sync_to_thread=True)
    def letter_page(request: AnyRequest, handle: FromPath[str], letter: FromPath[str]) -> Page:
        key = letter_key(letter)
        told = enter(portal, request, handle, "letter", key)
        return told if isinstance(told, Response) else _letter(portal, told, key)

    @get("/patients/{handle:str}/letters/{letter:str}/original", sync_to_thread=True)
    def original(request: AnyRequest, handle: FromPath[str], letter: FromPath[str]) -> Response[bytes] | Page:
        key = letter_key(letter)
        told = enter(portal, request, handle, "export", key)
        return told if isinstance(told, Response) else _original(portal, told, key)

    @get("/patients/{handle:str}/access", sync_to_thread=True)
    def access(request: AnyRequest, handle: FromPath[str]) -> Page:
        told = enter(portal, request, handle, "access-log")
        return told if isinstance(told, Response) else _access(portal, told)

    @get("/patients/{handle:str}/as-shown", sync_to_thread=True)
    def as_shown(request: AnyRequest, handle: FromPath[str]) -> Page:
        told = enter(portal, request, handle, "history")
        return told if isinstance(told, Response) else _as_shown(portal, told)

    return [results, course, value, letter_page, original, access, as_shown]


def _results(portal: Portal, told: Opened) -> Page:
    wanted = filters.from_query(told.visit.request.query_params)
    if filters.holds_identity(wanted.text):
        rest = wanted.query(text="", page=1)
        return go_to(f"{told.address}/results{rest}{'&' if rest else '?'}removed=1")
    return _results_page(portal, told, wanted, None)


def _as_shown(portal: Portal, told: Opened) -> Page:
    """The view of results again as it was shown: its filters, its version, what was received by then."""
    shown = view_of(portal, told.seen.patient_key, told.visit.request.query_params.get("view", ""))
    wanted = filters.from_query(dict(parse_qsl(shown.filters.removeprefix("?"))))
    return _results_page(portal, told, wanted, shown)


def _results_page(portal: Portal, told: Opened, wanted: filters.Filters, shown: Shown | None) -> Page:
    texts = told.visit.texts
    history = portal.databank.history(told.seen.patient_key, known_by=shown.at if shown else None)
    now = formats.danish_time(shown.at if shown else portal.clock.now())
    placer = chosen_placer(portal, wanted)
    view = cumulated.build(history, wanted, texts=texts, today=now.date(), placer=placer)
    actor = told.visit.session.actor.name if told.visit.session else ""
    return page(
        portal,
        told.visit,
        "results.html",
        patient=banner(portal, told, history.patient, "results", history),
        view=view,
        grid=grid.table(view, texts) if view.groups else "",
        switch=switch(portal, told, view, placer, shown),
        elsewhere=bool(history.reports or history.requisitions),
        words=_counts(view, texts),
        newer=f"results{view.filters.query(page=view.filters.page - 1)}" if view.filters.page > 1 and not shown else "",
        older=f"results{view.filters.query(page=view.filters.page + 1)}"
        if view.filters.page < view.pages and not shown
        else "",
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


def _course(portal: Portal, told: Opened, row: str) -> Page:
    texts = told.visit.texts
    history = portal.databank.history(told.seen.patient_key)
    wanted = filters.from_query(told.visit.request.query_params)
    placer = version_placer(portal, wanted)
    found = chart.course(history, row, texts, placer)
    if found is None:
        raise NotFound("The patient has no such row.")
    return page(
        portal,
        told.visit,
        "course.html",
        patient=banner(portal, told, history.patient, "results", history),
        course=found,
        way=wanted.way(wanted.version),
        back=way_back(portal, wanted),
        c=comparing_words(texts.language),
        data=_script_data(found.chart),
    )


def _script_data(told: chart.Chart) -> str:
    """JSON that cannot end the script element it stands in."""
    return msgspec.json.encode(told).decode().replace("<", "\\u003c").replace("&", "\\u0026")


def _value(portal: Portal, told: Opened, key: UUID, ordinal: FromPath[int]) -> Page:
    texts = told.visit.texts
    history = portal.databank.history(told.seen.patient_key)
    wanted = filters.from_query(told.visit.request.query_params)
    placer = version_placer(portal, wanted)
    found = detail.detail(history, key, ordinal, texts, placer, in_code_row=wanted.by == "code")
    if found is None:
        raise NotFound("The patient has no such result.")
    patient = banner(portal, told, history.patient, "results", history)
    way, back = wanted.way(wanted.version), way_back(portal, wanted)
    return page(portal, told.visit, "value.html", patient=patient, value=found, way=way, back=back)


def _letter(portal: Portal, told: Opened, key: UUID) -> Page:
    texts = told.visit.texts
    stored = portal.databank.letter(told.seen.patient_key, key)
    summary = portal.databank.patient(told.seen.patient_key)
    asked = told.visit.request.query_params.get("as", "page")
    chosen = asked if asked in originals.VIEWS else "page"
    home = home_of(stored.standard)
    shown = originals.shown(stored, chosen, texts.language)
    return page(
        portal,
        told.visit,
        "letter.html",
        patient=banner(portal, told, summary, "letter"),
        stored=stored,
        views=[(name, label) for name, label in zip(originals.VIEWS, _view_names(texts), strict=True)],
        chosen=chosen,
        shown=shown,
        facts=_letter_facts(stored, texts),
        # Of the check when it came in: a letter kept without the end of its interchange would be reproached with that.
        findings=[f.message if texts.language == "en" else f.message_da for f in stored.findings],
        key=key.hex,
        protected=shown.protected,
        home=home,
        back=texts.to_results if home == "results" else texts.back_to.format(list=name_of(home, texts)),
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


def _original(portal: Portal, told: Opened, key: UUID) -> Response[bytes]:
    stored = portal.databank.letter(told.seen.patient_key, key)
    if originals.is_protected(stored):
        raise NotAllowed("The sender has protected part of this letter; its bytes are not given out.", code="held-back")
    ending, kind = originals.file_of(stored)
    # The name is ours: the letter's own number could say something of the patient.
    name = f"letter-{key.hex[:12]}.{ending}"
    return Response(stored.raw, media_type=kind, headers={"content-disposition": f'attachment; filename="{name}"'})


def _access(portal: Portal, told: Opened) -> Page:
    texts = told.visit.texts
    summary = portal.databank.patient(told.seen.patient_key)
    entries = portal.databank.access_log(told.seen.patient_key, limit=MOST_ACCESS_LINES + 1)
    lines = _access_lines(entries[:MOST_ACCESS_LINES], texts)
    cut = texts.access_cut.format(count=MOST_ACCESS_LINES) if len(entries) > MOST_ACCESS_LINES else ""
    patient = banner(portal, told, summary, "access")
    c, views = comparing_words(texts.language), views_of(portal, told.seen.patient_key)
    return page(portal, told.visit, "access.html", patient=patient, lines=lines, cut=cut, views=views, c=c)


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
