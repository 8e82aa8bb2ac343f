"""Faults are made on purpose here; the log would be full of them."""

from __future__ import annotations

import logging

from labbro.platform import logs


def quiet() -> None:
    """Ends logging in this process."""
    logs.configure("error", "text")
    logging.disable(logging.CRITICAL)
