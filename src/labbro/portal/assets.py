"""Style sheets and scripts: served by us, named by their content, kept by browsers for a year, checked by integrity."""

from __future__ import annotations

import base64
import gzip
import hashlib
import re
import threading
from importlib.resources import files
from importlib.resources.abc import Traversable

import msgspec

CSS, JS = "text/css; charset=utf-8", "text/javascript; charset=utf-8"
_STYLE_IDS = re.compile(rb'getElementById\("([0-9a-f]{64})"\)')
KEEP = "public, max-age=31536000, immutable"


class Asset(msgspec.Struct, frozen=True):
    """One file. `integrity` is SHA-384 as browsers check it; `address` changes whenever the content does."""

    name: str
    media_type: str
    content: bytes
    integrity: str
    address: str


class Assets:
    """The portal's own files and plotly's browser library from its wheel. Compressed copies are made on first use."""

    def __init__(self) -> None:
        own = files("labbro.portal") / "static"
        self._assets = {
            "labbro.css": _asset("labbro.css", CSS, own / "labbro.css"),
            "labbro.js": _asset("labbro.js", JS, own / "labbro.js"),
            "numbers.css": _asset("numbers.css", CSS, own / "numbers.css"),
            "numbers.js": _asset("numbers.js", JS, own / "numbers.js"),
            "chart.js": _asset("chart.js", JS, own / "chart.js"),
            "plotly.js": _asset("plotly.js", JS, files("plotly") / "package_data" / "plotly.min.js"),
        }
        # Plotly's map part writes a style element unless one with its id is there; our pages allow none.
        self.foreign_styles = sorted({told.decode() for told in _STYLE_IDS.findall(self._assets["plotly.js"].content)})
        self._compressed: dict[str, bytes] = {}
        self._lock = threading.Lock()

    def __getitem__(self, name: str) -> Asset:
        return self._assets[name]

    def find(self, version: str, name: str) -> Asset | None:
        """The file at an address, or None; an old version is not found."""
        asset = self._assets.get(name)
        return asset if asset is not None and asset.address == f"/static/{version}/{name}" else None

    def compressed(self, asset: Asset) -> bytes:
        """The content in gzip."""
        with self._lock:
            if asset.name not in self._compressed:
                self._compressed[asset.name] = gzip.compress(asset.content, 6, mtime=0)
            return self._compressed[asset.name]


def _asset(name: str, media_type: str, file: Traversable) -> Asset:
    content = file.read_bytes()
    digest = hashlib.sha384(content).digest()
    return Asset(
        name=name,
        media_type=media_type,
        content=content,
        integrity=f"sha384-{base64.b64encode(digest).decode()}",
        address=f"/static/{digest.hex()[:16]}/{name}",
    )
