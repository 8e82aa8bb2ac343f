"""Pages of the registry as it was known at another moment: by version, or by a moment that somebody chooses."""

from __future__ import annotations

import datetime as dt
from typing import Any

import msgspec

from labbro.comparability.registry import Registry
from labbro.errors import LabbroError, WrongUse
from labbro.portal import formats
from labbro.portal.registry.door import Reader, address_of


class Seen(msgspec.Struct, frozen=True):
    """The registry that a page tells of. `problem`: why it is not that of the moment asked for, else ''."""

    registry: Registry
    newest: int
    problem: str = ""
    status: int = 200

    @property
    def version(self) -> int | None:
        """The version that links of the page keep to; None for the newest, whichever that is by then."""
        return None if self.registry.version == self.newest else self.registry.version


def look(reader: Reader) -> Seen:
    """The registry by the address's `known_at` or `version`. Raises NotFound for a version that is not there."""
    store, told = reader.desk.store, reader.query("known_at").strip()
    newest = store.current()
    if not told:
        return Seen(reader.registry(), newest.version)
    try:
        if reader.query("version"):
            raise WrongUse(
                "Ask by version or by moment, not by both.",
                message_da="Spørg med version eller med tidspunkt, ikke med begge.",
                code="registry-version-or-moment",
            )
        return Seen(store.known_at(told), newest.version)
    except LabbroError as error:
        return Seen(newest, newest.version, reader.sentence(error), error.status)


def chooser(reader: Reader, seen: Seen | None, *names: str) -> dict[str, Any]:
    """The form that asks for a moment, with a button for each page it leads to; `seen`: what the page tells of now."""
    said = reader.said
    words = {
        "procedures": said("Vis målemetoder som kendt da", "Show procedures as known then"),
        "groups": said("Vis grupper som kendt da", "Show groups as known then"),
    }
    producer = reader.query("producer") if names == ("procedures",) else ""
    return {
        "label": said("Som kendt den (dansk tid)", "As known at (Danish time)"),
        "hint": said(
            "En senere version kan have rettet registret; her ses, hvad det vidste på et tidspunkt.",
            "A later version may have mended the registry; this shows what it knew at a moment.",
        ),
        "value": _in_field(reader.query("known_at")),
        "producer": producer,
        "buttons": [{"action": address_of(name), "text": words[name]} for name in names],
        "told": _told(seen, reader) if seen else "",
        "newest": {"address": address_of(names[0]), "text": said("Vis den nyeste", "Show the newest")},
    }


def _in_field(told: str) -> str:
    """What browsers take for the value of such a field, else ''; they complain of all else."""
    try:
        moment = dt.datetime.fromisoformat(told)
    except ValueError:
        return ""
    return told if moment.isoformat(timespec="minutes") == told else ""


def _told(seen: Seen, reader: Reader) -> str:
    """Which version is shown, where that is not plainly the newest."""
    asked = reader.query("known_at").strip() and not seen.problem
    at = seen.registry.recorded_at
    if (seen.version is None and not asked) or at is None:
        return ""
    version, released = seen.registry.version, formats.moment(formats.danish_time(at))
    last_da, last = "Den er stadig den nyeste.", "It is still the newest."
    if seen.version is not None:
        last_da, last = f"Den nyeste er version {seen.newest}.", f"The newest is version {seen.newest}."
    return reader.said(
        f"Vist som kendt i version {version}, frigivet {released}. {last_da}",
        f"Shown as known in version {version}, released {released}. {last}",
    )
