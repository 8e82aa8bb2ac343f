"""MedCom's 24 result groups: the headings under which a cumulated view lists its analyses.

The Danish names are MedCom's. Which analysis belongs to which group is not public: the assignment is ours (see
analyses.py), and the English names are ours.
"""

from __future__ import annotations

import msgspec

from labbro.codes.analyses import find


class ResultGroup(msgspec.Struct, frozen=True):
    """One heading; `number` is MedCom's and gives the order on the page."""

    number: int
    name_da: str
    name_en: str

    def name(self, language: str) -> str:
        """The heading in `da` or `en`."""
        return self.name_en if language == "en" else self.name_da


GROUPS = (
    ResultGroup(5, "Hæmatologi", "Haematology"),
    ResultGroup(10, "Væske- og elektrolytbalance", "Fluid and electrolyte balance"),
    ResultGroup(15, "Syre/base- og oxygenstatus", "Acid-base and oxygen status"),
    ResultGroup(20, "Hæmostase", "Haemostasis"),
    ResultGroup(25, "Organmarkører", "Organ markers"),
    ResultGroup(30, "Metabolisme", "Metabolism"),
    ResultGroup(35, "Endokrinologi", "Endocrinology"),
    ResultGroup(40, "Tumormarkører", "Tumour markers"),
    ResultGroup(45, "Immunologi og inflammation", "Immunology and inflammation"),
    ResultGroup(50, "Autoantistoffer", "Autoantibodies"),
    ResultGroup(55, "Allergi", "Allergy"),
    ResultGroup(60, "Farmakologi", "Pharmacology"),
    ResultGroup(65, "Sporstoffer og vitaminer", "Trace elements and vitamins"),
    ResultGroup(70, "Infektion og smittemarkører", "Infection and infection markers"),
    ResultGroup(75, "Blodtyper og transfusion", "Blood groups and transfusion"),
    ResultGroup(80, "Vævstyper og transplantation", "Tissue types and transplantation"),
    ResultGroup(85, "Molekylær genetik", "Molecular genetics"),
    ResultGroup(90, "Urin og fæces", "Urine and faeces"),
    ResultGroup(95, "CSV-, led- og pleuravæske, ascites m.m.", "CSF, joint and pleural fluid, ascites etc."),
    ResultGroup(100, "Marv og andre biopsier", "Marrow and other biopsies"),
    ResultGroup(105, "Sæd", "Semen"),
    ResultGroup(110, "Projektundersøgelser", "Project examinations"),
    ResultGroup(115, "Andre undersøgelser", "Other examinations"),
    ResultGroup(120, "Hjemmemåling", "Home measurement"),
)
BY_NUMBER = {group.number: group for group in GROUPS}
OTHER = BY_NUMBER[115]
_LAST = 1_000_000


def group_of(code: str, system: str, responsible: str) -> ResultGroup:
    """The heading of an analysis as a letter codes it (`NPU03429`, `iupac`, `SST`); OTHER for one we do not know.

    `system` and `responsible` take part because local codes may have the shape of an NPU code.
    """
    known = find(code, system, responsible)
    return OTHER if known is None else BY_NUMBER.get(known.group, OTHER)


def rank_of(code: str, system: str, responsible: str) -> int:
    """The place of an analysis among the others of its group, as clinicians list them; unknown ones come last."""
    known = find(code, system, responsible)
    return _LAST if known is None else known.rank
