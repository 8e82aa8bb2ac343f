"""Which reports answer which requisitions, by the numbers they carry. Pure, order-independent."""

from __future__ import annotations

from typing import Literal

import msgspec

Step = Literal["requisition", "sample", "original", "tube", "passed-on"]
RequestState = Literal["matched", "not-found", "no-number"]
AnswerState = Literal["unanswered", "received", "partly", "answered"]


class Match(msgspec.Struct, frozen=True, gc=False):
    """One report that answers one requisition, both by their place in what was compared.

    `number` is what both carry and `step` where the requisition carries it: as its own number, a sample's, that of an
    earlier requester, a tube's, or by another requisition that passed it on. `same_laboratory`: the report comes from
    whom the requisition was sent to. `ambiguous`: another requisition fits as well.
    """

    requisition: int
    report: int
    number: str
    step: Step
    same_laboratory: bool
    ambiguous: bool
