"""Makes an element of what has been read of it piece by piece: every child, in the order of the declaration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import cast

import msgspec

from labbro.letters.grammar import Choice, Part, Together, Word
from labbro.letters.tree import Element


class Plan(msgspec.Struct, frozen=True):
    """How the draft becomes an element: every child, in the order of the declaration."""

    name: str
    path: str
    inner: tuple[Plan, ...] | None


def plans_of(words: tuple[Word, ...], prefix: str) -> tuple[Plan, ...]:
    """The plans of declared words; a draft holds each at `prefix` and its name, a repeated choice at all its names.

    The second of two parts with one name is held at `Name#2`.
    """
    found: list[Plan] = []
    for plan in _plans_of(words, prefix):
        again = any(plan.name and plan.path == other.path for other in found)
        found.append(Plan(plan.name, plan.path + "#2", None) if again else plan)
    return tuple(found)


def _plans_of(words: tuple[Word, ...], prefix: str) -> tuple[Plan, ...]:
    found: list[Plan] = []
    for word in words:
        if isinstance(word, Together):
            found.extend(_plans_of(word.parts, prefix))
        elif isinstance(word, Choice) and word.high > 1:
            found.append(Plan("", prefix + "|".join(option.name for option in word.options), None))
        elif isinstance(word, Choice):
            found.extend(_plans_of(word.options, prefix))
        else:
            found.append(_plan_of(word, prefix))
    return tuple(found)


def _plan_of(part: Part, prefix: str) -> Plan:
    path = prefix + part.name
    inner = plans_of(part.holds, path + "/") if isinstance(part.holds, tuple) and part.high == 1 else None
    return Plan(part.name, path, inner)


def assemble(plans: tuple[Plan, ...], draft: Mapping[str, object]) -> list[Element]:
    """The elements that a draft holds, in the order of the plans."""
    content: list[Element] = []
    for plan in plans:
        found = draft.get(plan.path)
        if found is not None:
            if isinstance(found, Element):
                content.append(found)
            elif isinstance(found, list):
                content.extend(cast("list[Element]", found))
        elif plan.inner is not None:
            inner = assemble(plan.inner, draft)
            if inner or plan.path + "!" in draft:
                content.append(Element(plan.name, tuple(inner), inner[0].at if inner else -1))
    return content


def inner_plans_of(words: tuple[Word, ...], target: str) -> tuple[Plan, ...]:
    """The plans of a repeated element that is read into a draft of its own."""
    for name in target.split("/"):
        part = next(word for word in words if isinstance(word, Part) and word.name == name)
        words = part.holds if isinstance(part.holds, tuple) else ()
    return plans_of(words, "")
