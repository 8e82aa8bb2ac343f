"""How rows are made on a page: by code or by comparability, by which version of the registry, and that it was shown."""

from __future__ import annotations

import msgspec

from labbro.comparability.decision import Placer
from labbro.comparability.store import Shown
from labbro.portal import formats
from labbro.portal.cumulated import View
from labbro.portal.filters import Filters
from labbro.portal.i18n.comparability import ComparingWords, comparing_words
from labbro.portal.patient import Opened
from labbro.portal.web import Portal


class Switch(msgspec.Struct, frozen=True):
    """The choice above the table. Addresses keep the filters; `here` is `code` or `comparability`."""

    words: ComparingWords
    here: str
    by_code: str
    by_comparability: str
    version: int
    shown_by: str
    at_version: str
    newest: str
    newest_version: int
    to_newest: str
    clear: str


def chosen_placer(portal: Portal, wanted: Filters) -> Placer | None:
    """By comparability unless the reader wants it by code or nothing was released; an older version where asked for.

    Raises NotFound where the registry has no such version.
    """
    if portal.registry is None or wanted.by == "code":
        return None
    registry = portal.registry.current() if wanted.version is None else portal.registry.at(wanted.version)
    # Its own for each page: what it remembers of one patient's producers is not kept.
    return Placer(registry) if registry.version > 0 else None


def version_placer(portal: Portal, wanted: Filters) -> Placer | None:
    """By the version asked for, else the newest, also for rows by code: what is known of methods is told there too.

    Raises NotFound where the registry has no such version.
    """
    return chosen_placer(portal, Filters(version=wanted.version))


def way_back(portal: Portal, wanted: Filters) -> str:
    """The query string to the view that a page was opened from: held to a version only where a newer one has come."""
    newest = None if portal.registry is None else portal.registry.current().version
    return wanted.way(None if wanted.version == newest else wanted.version)


def _notice(words: ComparingWords, version: int, newest: int, as_shown: Shown | None) -> str:
    """What is said above a view that is not the newest one."""
    if as_shown is not None:
        when = formats.moment(formats.danish_time(as_shown.at))
        return words.as_shown.format(when=when, version=version)
    return words.older_shown.format(version=version, newest=newest) if version != newest else ""


def switch(
    portal: Portal, told: Opened, view: View, placer: Placer | None, as_shown: Shown | None = None
) -> Switch | None:
    """The choice, once it is kept that this view is shown; None where there is no registry to choose.

    A view that is shown again as it was (`as_shown`) is not kept anew.
    """
    if portal.registry is None or told.visit.session is None:
        return None
    is_newest = placer is not None and view.filters.version is None
    newest = placer.registry.version if placer and is_newest else portal.registry.current().version
    if newest == 0:
        return None
    words, filters = comparing_words(told.visit.texts.language), view.filters
    version = newest if placer is None else placer.registry.version
    if placer is not None and as_shown is None:
        portal.registry.keep_shown(
            told.seen.patient_key,
            actor=told.visit.session.actor.identifier,
            version=version,
            filters=filters.query(by="comparability", version=version),
        )
    return Switch(
        words=words,
        here="code" if placer is None else "comparability",
        by_code=f"results{filters.query(by='code', version=None)}",
        by_comparability=f"results{filters.query(by='comparability')}",
        version=version,
        shown_by=words.shown_by.format(version=version),
        at_version=f"results{filters.query(by='comparability', version=version)}",
        newest=_notice(words, version, newest, as_shown),
        newest_version=newest,
        to_newest=f"results{filters.query(by='comparability', version=None)}",
        clear="results?by=code" if placer is None else "results",
    )
