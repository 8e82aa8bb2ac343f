"""The file of own addresses that an operator names by LABBRO_EU_ADDRESSES. Decision 0095; form: docs/settings.md."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path
from typing import Final

import msgspec

from labbro.errors import NotConfigured
from labbro.eu.addresses import DEFAULT, FROM_REGISTRY_NAME, PARAMETER_NAME, PLAIN, TEMPLATES, Addresses

_URI: Final = re.compile(r"(?:https?://[^\s/{}]+/[^\s{}]*|urn:[a-z0-9-]+:[^\s{}]+)")
_NAMES: Final = {"comparability": PARAMETER_NAME, "from_registry": FROM_REGISTRY_NAME}
_GLN: Final = re.compile("[0-9]{13}")
_SOR: Final = re.compile("[0-9]{11,18}")


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    in_force: Addresses
    earlier: tuple[Addresses, ...] = ()


def addresses_of(path: Path | None) -> Addresses:
    """The addresses of a TOML file; without a file those of the package. What a set does not name is as packaged.

    Raises NotConfigured that says what is wrong with the file and what to write.
    """
    if path is None:
        return DEFAULT
    file = _read(path)
    if file.in_force.earlier or any(one.earlier for one in file.earlier):
        raise _wrong("write sets of earlier addresses as [[earlier]], beside [in_force]")
    if any(one.organisations for one in file.earlier):
        raise _wrong("organisations stand in [in_force.organisations] only")
    for one in (file.in_force, *file.earlier):
        _check_form(one)
    _check_apart((file.in_force, *file.earlier, DEFAULT))
    _check_organisations(file.in_force.organisations)
    return msgspec.structs.replace(file.in_force, earlier=file.earlier)


def _read(path: Path) -> _File:
    try:
        return msgspec.toml.decode(path.read_bytes(), type=_File)
    except OSError as fault:
        raise _wrong(f"it cannot be read: {fault.strerror}") from None
    except (msgspec.MsgspecError, UnicodeDecodeError) as fault:
        raise _wrong(str(fault)) from None


def _check_form(given: Addresses) -> None:
    for role in (*PLAIN, *TEMPLATES):
        told = str(getattr(given, role))
        template = role in TEMPLATES
        start = told.removesuffix("{}") if template else told
        if _URI.fullmatch(start) is None:
            raise _wrong(f"{role} must be an absolute address beginning with https:, http: or urn:; it is {told!r}")
        if template and (start == told or start[-1] not in "/:="):
            raise _wrong(f"{role} must end in {{}} behind a slash, colon or equals sign: {told!r} does not")
        if not start.endswith(_NAMES.get(role, "")):
            raise _wrong(f"{role} must end in {_NAMES[role]}: by that every reader knows the extension")


def _check_apart(sets: tuple[Addresses, ...]) -> None:
    """No address of one role may be read as one of another."""
    told = dict.fromkeys((role, str(getattr(one, role))) for one in sets for role in (*PLAIN, *TEMPLATES))
    for (role, one), (other_role, other) in combinations(told, 2):
        if role != other_role and (_covers(one, other) or _covers(other, one)):
            raise _wrong(f"{role} {one!r} and {other_role} {other!r} cannot be told apart; give each its own address")


def _covers(one: str, other: str) -> bool:
    start = one.removesuffix("{}")
    return other.startswith(start) if start != one else one == other


def _check_organisations(told: dict[str, str]) -> None:
    for gln, sor in told.items():
        if _GLN.fullmatch(gln) is None or _SOR.fullmatch(sor) is None:
            raise _wrong(f"organisations: {gln!r} must be 13 digits and its SOR number {sor!r} 11 to 18 digits")


def _wrong(what: str) -> NotConfigured:
    return NotConfigured(f"LABBRO_EU_ADDRESSES names a file of addresses that cannot be used: {what}.")
