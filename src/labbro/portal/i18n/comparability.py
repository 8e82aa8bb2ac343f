"""The words of rows by comparable method, in two languages."""

from __future__ import annotations

from typing import Literal

import msgspec

from labbro.comparability.decision import Placement, Step
from labbro.comparability.model import Group
from labbro.comparability.rows import MethodChange, NoteKind, RowNote


class ComparingWords(msgspec.Struct, frozen=True, kw_only=True):
    """Words; what the registry says in two languages is read by `of`, `label_of`, `short_of` and `reason_of`."""

    language: Literal["da", "en"]
    rows: str
    by_code: str
    by_comparability: str
    by_code_hint: str
    by_comparability_hint: str
    shown_by: str
    newest: str
    older_shown: str
    as_shown: str
    views: str
    views_hint: str
    view_version: str
    view_again: str
    heads: dict[NoteKind, str]
    why: str
    step: str
    converted: str
    legend_step: str
    legend_converted: str
    legend_mark: str
    legend_why: str
    not_assessed: str
    comparability: str
    method: str
    group: str
    reason: str
    found_by: str
    steps: dict[Step, str]
    registry_version: str
    notes: str
    chart_steps: str
    chart_gaps: str
    change: str
    change_since: str
    change_short: str
    change_larger: str
    change_smaller: str
    change_hint: str
    reference_change: str
    reference_basis: str

    def of(self, told: RowNote | MethodChange) -> str:
        """The sentence in this language."""
        return told.text_en if self.language == "en" else told.text_da

    def label_of(self, group: Group) -> str:
        """What a group is called."""
        return group.label_en if self.language == "en" else group.label_da

    def short_of(self, placement: Placement) -> str:
        """The mark beside a row: empty for one that is assessed."""
        return placement.short_en if self.language == "en" else placement.short_da

    def reason_of(self, placement: Placement) -> str:
        """Why a result stands where it stands."""
        return placement.reason_en if self.language == "en" else placement.reason_da


DANISH = ComparingWords(
    language="da",
    rows="Rækker",
    by_code="Efter kode",
    by_comparability="Efter sammenlignelighed",
    by_code_hint="En række for hver analysekode og enhed, uanset målemetode.",
    by_comparability_hint="Svar fra sammenlignelige målemetoder deler række; andre gør ikke, uanset deres kode.",
    shown_by="Vist med registerversion {version}",
    newest="Vis med den nyeste version ({version})",
    older_shown="Vist som med registerversion {version}. Den nyeste er {newest}.",
    as_shown="Vist igen som {when}: registerversion {version} og de svar, der var modtaget da.",
    views="Visninger efter sammenlignelighed",
    views_hint="Hver visning kan vises igen, som den var: med registret og de svar, der var modtaget da.",
    view_version="Registerversion",
    view_again="Vis igen",
    heads={
        "merged": "flere koder i rækken",
        "split": "koden står på flere rækker",
        "unassessed": "ikke vurderet",
        "converted": "nogle værdier er omregnet",
        "caution": "metodeskift med forbehold",
    },
    why="Hvorfor",
    step="metodeskift",
    converted="omregnet fra",
    legend_step="herfra er målt med en anden metode, som sammenlignes med forbehold",
    legend_converted="omregnet med fast ligning; værdien som sendt står under",
    legend_mark="ingen har vurderet metoden mod andre; svaret deler ikke række med andre producenters",
    legend_why="under rækkens navn: hvorfor koder er samlet eller delt",
    not_assessed="ikke vurderet",
    comparability="Sammenlignelighed",
    method="Målemetode",
    group="Gruppe",
    reason="Derfor står svaret her",
    found_by="Metoden er fundet ved",
    steps={
        "message": "oplysninger i svaret",
        "producer": "producent, kode og prøvetagningsdag",
        "code": "koden alene",
        "none": "ingen metode fundet",
        "ambiguous": "flere metoder passer, ingen er brugt",
    },
    registry_version="Registerversion",
    notes="Om rækken",
    chart_steps="Linjen er brudt, hvor metoden skifter og sammenligning kræver forbehold.",
    chart_gaps="Linjen forbinder kun svar fra samme målemetode eller samme gruppe af sammenlignelige metoder. "
    "Svar, som ingen har vurderet, står som punkter.",
    change="Ændring siden forrige sammenlignelige svar",
    change_since="{change} ({before}, {when})",
    change_short="ændring {change}, kritisk difference {limit}",
    change_larger="ændringen er større",
    change_smaller="ændringen er ikke større",
    change_hint="Ændring: siden forrige sammenlignelige svar. Kritisk difference (RCV): den ændring, som "
    "tilfældig variation i person og måling kan give (95 %).",
    reference_change="Kritisk difference (RCV)",
    reference_basis="Grundlag for kritisk difference",
)

ENGLISH = ComparingWords(
    language="en",
    rows="Rows",
    by_code="By code",
    by_comparability="By comparability",
    by_code_hint="One row for each analysis code and unit, whichever the method.",
    by_comparability_hint="Results of comparable methods share a row; others do not, whatever their code.",
    shown_by="Shown by registry version {version}",
    newest="Show by the newest version ({version})",
    older_shown="Shown as by registry version {version}. The newest is {newest}.",
    as_shown="Shown again as on {when}: registry version {version} and the results received by then.",
    views="Views by comparability",
    views_hint="Each view can be shown again as it was: by the registry and with the results received by then.",
    view_version="Registry version",
    view_again="Show again",
    heads={
        "merged": "several codes in the row",
        "split": "the code stands on several rows",
        "unassessed": "not assessed",
        "converted": "some values are converted",
        "caution": "method change, with caution",
    },
    why="Why",
    step="method change",
    converted="converted from",
    legend_step="from here on measured by another method, to be compared with caution",
    legend_converted="converted by a fixed equation; the value as sent stands below",
    legend_mark="nobody has assessed the method against others; the result shares no row with those of other producers",
    legend_why="below the name of a row: why codes are merged or split",
    not_assessed="not assessed",
    comparability="Comparability",
    method="Procedure",
    group="Group",
    reason="Why the result stands here",
    found_by="The procedure was found by",
    steps={
        "message": "what the result itself states",
        "producer": "producer, code and day of sampling",
        "code": "the code alone",
        "none": "no procedure found",
        "ambiguous": "several procedures fit, none was used",
    },
    registry_version="Registry version",
    notes="About the row",
    chart_steps="The line is broken where the method changes and comparison calls for caution.",
    chart_gaps="The line joins only results of one procedure or of one group of comparable procedures. "
    "Results that nobody has assessed stand as points.",
    change="Change since previous comparable result",
    change_since="{change} ({before}, {when})",
    change_short="change {change}, reference change value {limit}",
    change_larger="the change is larger",
    change_smaller="the change is not larger",
    change_hint="Change: since the previous comparable result. Reference change value (RCV): the change that "
    "chance variation in person and measurement can make (95 %).",
    reference_change="Reference change value (RCV)",
    reference_basis="Basis of the reference change value",
)


def comparing_words(language: str) -> ComparingWords:
    """The words in `da` or `en`."""
    return ENGLISH if language == "en" else DANISH
