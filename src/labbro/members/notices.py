"""Service notices on their way out: as a header of every answer while active, and as an Atom feed. Pure.

By mail they go through the outbox; pages show them from the directory.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from urllib.parse import quote

from lxml import etree

from labbro.members.model import Notice

HEADER = "Labbro-Notice"
AT_MOST = 3  # headers an answer
_ATOM = "http://www.w3.org/2005/Atom"


def header_of(notice: Notice) -> str:
    """`kind; id="..."; starts="..."; ends="..."; title="..."; title*=UTF-8''...`: title English, title* Danish."""
    title = notice.title_en.encode("ascii", "replace").decode().replace("\\", " ").replace('"', "'")
    return (
        f'{notice.kind}; id="{notice.notice_id}"; starts="{_time(notice.starts_at)}"; ends="{_time(notice.ends_at)}"; '
        f"title=\"{title}\"; title*=UTF-8''{quote(notice.title_da, safe='')}"
    )


def to_everyone(notices: Sequence[Notice], now: dt.datetime) -> list[Notice]:
    """What may be told to anybody: notices for all vendors that have not ended, the one that begins first in front."""
    told = [one for one in notices if not one.vendor_ids and one.withdrawn_at is None and now < one.ends_at]
    return sorted(told, key=lambda one: (one.starts_at, one.notice_id))


def feed(notices: Sequence[Notice], public_url: str) -> bytes:
    """An Atom feed (RFC 4287) of notices, newest written first."""
    newest = sorted(notices, key=lambda one: (one.written_at, one.notice_id), reverse=True)
    root = etree.Element(f"{{{_ATOM}}}feed", nsmap={None: _ATOM})
    _add(root, "id", f"{public_url}/notices.atom")
    _add(root, "title", "Labbro: driftsmeddelelser / service notices")
    _add(root, "updated", _time(newest[0].written_at if newest else dt.datetime(2026, 1, 1, tzinfo=dt.UTC)))
    etree.SubElement(root, f"{{{_ATOM}}}link", rel="self", href=f"{public_url}/notices.atom")
    _add(etree.SubElement(root, f"{{{_ATOM}}}author"), "name", "Labbro")
    for notice in newest:
        entry = etree.SubElement(root, f"{{{_ATOM}}}entry")
        _add(entry, "id", f"urn:uuid:{notice.notice_id}")
        _add(entry, "title", f"{notice.title_da} / {notice.title_en}")
        _add(entry, "updated", _time(notice.written_at))
        _add(entry, "published", _time(notice.written_at))
        etree.SubElement(entry, f"{{{_ATOM}}}category", term=notice.kind)
        span = f"{_time(notice.starts_at)} – {_time(notice.ends_at)}"
        _add(entry, "content", f"{span}\n\n{notice.text_da}\n\n--\n\n{notice.text_en}")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _add(parent: etree._Element, name: str, text: str) -> None:  # pyright: ignore[reportPrivateUsage]
    allowed = "".join(letter for letter in text if letter in "\n\t" or " " <= letter < "\ufffe")
    etree.SubElement(parent, f"{{{_ATOM}}}{name}").text = allowed


def _time(at: dt.datetime) -> str:
    return f"{at.astimezone(dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
