"""Letters of pathology and genetics written by hand in their JSON form. Persons are invented."""

from __future__ import annotations

from labbro import letters
from labbro.letters import Letter

from .microbiology import ENVELOPE, PATIENT, RECEIVER, SENDER, changed, when

OLD = {"XR0330P", "XR0430P", "XR0431P"}
CODES = {
    "Topography": {"Code": "T83000", "Text": "Cervix uteri", "Comment": "portio"},
    "Result": [
        {"Code": "M09460", "Text": "Ingen maligne celler"},
        {"Code": "P30610", "Text": "Biopsi", "Comment": "to stykker"},
    ],
}
GENERAL = {
    "ReportStatusCode": "komplet_svar",
    "ResultStatusCode": "svar_endeligt",
    "ResultsDateTime": when(5, "11:30"),
    "LaboratoryInternalProductionIdentifier": "0000426825",
}
HEAD = {
    "Letter": {"Identifier": "BREV1", "Authorisation": when(6)},
    "Sender": SENDER | {"MedicalSpecialityCode": "patologisk_anatomi", "DepartmentName": "Patologi"},
    "Receiver": RECEIVER | {"DepartmentName": "Klinik"},
    "Patient": PATIENT,
}
TIMES = {"SamplingDateTime": when(3), "SampleReceivedDateTime": when(4)}
TEXTS = {
    "Microscopic": {"Headline": "Mikroskopi", "Text": "Normalt plade- og cylinderepitel.\n"},
    "Conclusion": {"Headline": "Konklusion", "Text": "Ingen tegn på malignitet.\n"},
}
SAMPLE = {"LaboratoryInternalSampleIdentifier": "S1", "MaterialDescription": "Smear"}
CERVIX = HEAD | {
    "RequisitionInformation": {"LaboratoryInternalSampleIdentifier": "LAB1"} | TIMES,
    "LaboratoryResults": {
        "GeneralResultInformation": GENERAL,
        "CodedFormat": {"DiagnosisHeadline": "Diagnoser", "Sample": SAMPLE | {"CodedResults": CODES}},
        "TableFormat": {"ResultHeadline": "Cervixcytologi", "TableResult": "i.a."},
        "TextualFormat": TEXTS,
    },
}
TISSUE = HEAD | {
    "RequisitionInformation": {"ReceiversRequisitionIdentifier": "LAB1"} | TIMES,
    "LaboratoryResults": {
        "GeneralResultInformation": GENERAL,
        "CodedFormat": {
            "DiagnosisHeadline": "Diagnoser",
            "Sample": [
                SAMPLE | {"CodedResults": {"Headline": "Materiale A"} | CODES},
                SAMPLE
                | {
                    "LaboratoryInternalSampleIdentifier": "S2",
                    "MaterialDescription": "Hud",
                    "CodedResults": {
                        "Headline": "Materiale B",
                        "Topography": {"Code": "T01000", "Text": "Hud"},
                        "Result": [{"Code": "M88100", "Text": "Nævus"}],
                    },
                },
            ],
        },
        "TableFormat": {"ResultHeadline": "Histologi", "TableResult": "PATO"},
        "TextualFormat": TEXTS | {"Macroscopic": {"Headline": "Makroskopi", "Text": "To vævsstykker.\n"}},
    },
}
GENES = HEAD | {
    "Sender": HEAD["Sender"]
    | {
        "FromLabIdentifier": "OEB",
        "Examinator": [
            {"PersonName": "Ane Prøve", "PersonTitle": "Molekylærbiolog"},
            {"PersonName": "Bo Prøve", "PersonInitials": "BP"},
        ],
    },
    "RequisitionInformation": {"ReceiversRequisitionIdentifier": "LAB1"} | TIMES,
    "LaboratoryResults": {
        "GeneralResultInformation": GENERAL,
        "CodedFormat": {"Sample": [SAMPLE, SAMPLE | {"LaboratoryInternalSampleIdentifier": "S2"}]},
        "TableFormat": {
            "AnalysisCode": "NPU19651",
            "AnalysisCompleteName": "HFE-gen; sekvensvariation\n",
            "ResultHeadline": "Genetik",
            "TableResult": "Bærer",
        },
        "TextualFormat": {
            "AnalysisHeadline": {"Headline": "Analyse", "Text": "HFE-genet\n"},
            "AnalysisResults": {"Headline": "Resultat", "Text": "c.845G>A påvist i én kopi.\n"},
            "AnalysisMethod": {"Headline": "Metode", "Text": "Sekventering\n"},
            "Conclusion": {"Headline": "Konklusion", "Text": "Anlægsbærer.\n"},
        },
    },
}
VALUES = {
    "XR0330P": CERVIX,
    "XR0331P": CERVIX,
    "XR0430P": TISSUE,
    "XR0431P": TISSUE,
    "XR0432P": TISSUE,
    "XR0730G": GENES,
}
RESULTS = "LaboratoryResults"
GENERALLY = f"{RESULTS}/GeneralResultInformation"
CODED = f"{RESULTS}/CodedFormat"
TEXTUAL = f"{RESULTS}/TextualFormat"
# What a named defect of the converter changes: elements in reading, segments in writing.
READING = {
    "unb_year_pivot": {"Envelope"},
    "cc_unit_not_read": {"UnitName"},
    "cc_physician_as_receiver_physician": {"Physician"},
    "municipality_read_empty": {"MunicipalityId", "MunicipalityName"},
    "topography_comment_dropped": {"Comment"},
    "empty_element_read": {"ClinicalInformation"},
    "object_extension_not_written": {"ObjectCode", "ObjectExtensionCode"},
    "to_lab_dropped": {"ToLabIdentifier"},
}
WRITING = {
    "results_time_is_authorisation": ("DTM+ISR",),
    "district_dropped": ("ADR+:PO",),
    "municipality_read_empty": ("ADR+:PO",),
    "cc_physician_as_receiver_physician": ("RFF+AHL",),
    "to_lab_dropped": ("RFF+AHI",),
    "references_dropped": ("S10", "FTX+URL", "FTX+SUP", "FTX+BIN"),
    "space_drops_text": ("FTX",),
    "heading_without_text_dropped": ("FTX",),
}


def report(version: str, *changes: tuple[str, object]) -> Letter:
    """A letter of this version, with what only its schema asks for, changed as told."""
    values = VALUES[version]
    if version in OLD:
        values = changed(values, (f"{GENERALLY}/ReportStatusCode", None))
    elif version != "XR0730G":
        values = changed(values, ("Sender/FromLabIdentifier", "OEB"))
    return letters.make(version, ENVELOPE, changed(values, *changes))


def refused(letter: Letter) -> list[str]:
    """What makes a letter faulty."""
    return [found.code for found in letters.check(letter) if found.severity == "error"]
