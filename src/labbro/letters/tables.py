"""The code tables of the letters: XML words and their EDIFACT codes (facts: edifact.md 10 and 11, valuelists.md)."""

from __future__ import annotations

import msgspec


class Speciality(msgspec.Struct, frozen=True):
    """A medical speciality: EDIFACT code (a string: leading zeros count), XML word, Danish name, first schema year."""

    code: str
    word: str
    danish: str
    since_year: int


SPECIALITIES = tuple(
    Speciality(*row)
    for row in (
        ("99", "ikkeklassificeret", "ikkeklassificeret", 2005),
        ("1", "intern_medicin_sygehus", "intern medicin (sygehus)", 2005),
        ("2", "geriatri", "geriatri", 2005),
        ("3", "hepatologi", "hepatologi", 2005),
        ("4", "haematologi", "hæmatologi", 2005),
        ("5", "infektionsmedicin", "infektionsmedicin", 2005),
        ("6", "kardiologi", "kardiologi", 2005),
        ("7", "med_allergologi", "medicinsk allergologi", 2005),
        ("8", "med_endokrinologi", "medicinsk endokrinologi", 2005),
        ("9", "med_gastroenterologi", "medicinsk gastroenterologi", 2005),
        ("10", "med_lungesygdomme", "medicinsk lungesygdomme", 2005),
        ("11", "nefrologi", "nefrologi", 2005),
        ("12", "reumatologi", "reumatologi", 2005),
        ("18", "dermato_venerologi_sygehus", "dermato venerologi (sygehus)", 2005),
        ("20", "neurologi", "neurologi", 2005),
        ("22", "onkologi", "onkologi", 2005),
        ("30", "kirurgi_sygehus", "kirurgi (sygehus)", 2005),
        ("31", "karkirurgi", "karkirurgi", 2005),
        ("32", "kir_gastroenterologi", "kirurgisk gastroenterologi", 2005),
        ("33", "plastikkirurgi", "plastikkirurgi", 2005),
        ("34", "thoraxkirurgi", "thoraxkirurgi", 2005),
        ("35", "urologi", "urologi", 2005),
        ("38", "gynaekologi_obstetrik_sygehus", "gynækologi obstetrik (sygehus)", 2005),
        ("40", "neurokirurgi", "neurokirurgi", 2005),
        ("42", "ortopaedisk_kirurgi_sygehus", "ortopædisk kirurgi (sygehus)", 2005),
        ("44", "oftalmologi", "oftalmologi", 2005),
        ("46", "oto_rhino_laryngologi", "oto rhino laryngologi", 2005),
        ("48", "hospitalsodontologi", "hospitalsodontologi", 2005),
        ("50", "psykiatri_sygehus", "psykiatri (sygehus)", 2005),
        ("52", "boerne_ungdomspsykiatri", "børne ungdomspsykiatri", 2005),
        ("60", "klin_biokemi", "klinisk biokemi", 2005),
        ("61", "klin_fys_nuklearmedicin", "klinisk fysiologi og nuklearmedicin", 2005),
        ("62", "klin_immunologi", "klinisk immunologi", 2005),
        ("63", "klin_mikrobiologi", "klinisk mikrobiologi", 2005),
        ("64", "klin_neurofysiologi", "klinisk neurofysiologi", 2005),
        ("65", "patologisk_anatomi", "patologisk anatomi", 2005),
        ("66", "diagnostisk_radiologi", "diagnostisk radiologi", 2005),
        ("67", "klin_farmakologi", "klinisk farmakologi", 2005),
        ("68", "klin_genetik", "klinisk genetik", 2005),
        ("84", "anaestesiologi_sygehus", "anæstesiologi (sygehus)", 2005),
        ("86", "arbejdsmedicin", "arbejdsmedicin", 2005),
        ("90", "almen_medicin", "almen medicin", 2005),
        ("91", "samfundsmedicin", "samfundsmedicin", 2005),
        ("580", "almenlaege_laegevagt", "almenlæge lægevagt", 2005),
        ("1519", "oejenlaege", "øjenlæge", 2005),
        ("2021", "oere_naese_halslaege", "øre næse halslæge", 2005),
        ("2501", "anaestesiologi_praksis", "anæstesiologi (praksis)", 2005),
        ("2503", "roentgen_kbh", "røntgen (København)", 2005),
        ("2504", "dermato_venerologi_praksis", "dermato venerologi (praksis)", 2005),
        ("2505", "roentgen", "røntgen", 2005),
        ("2506", "reumatologi_fysiurgi", "reumatologi fysiurgi", 2005),
        ("2507", "gynaekologi_obstetrik_praksis", "gynækologi obstetrik (praksis)", 2005),
        ("2508", "intern_medicin_praksis", "intern medicin (praksis)", 2005),
        ("2509", "kirurgi_praksis", "kirurgi (praksis)", 2005),
        ("2511", "klinisk_kemi", "klinisk kemi", 2005),
        ("2518", "neuromedicin", "neuromedicin", 2005),
        ("2520", "ortopaedisk_kirurgi_praksis", "ortopædisk kirurgi (praksis)", 2005),
        ("2522", "patologi", "patologi", 2005),
        ("2523", "plastkirurgi", "plastkirurgi", 2005),
        ("2524", "psykiatri_praksis", "psykiatri (praksis)", 2005),
        ("2525", "paediatri", "pædiatri", 2005),
        ("2526", "boernepsykiatri", "børnepsykiatri", 2005),
        ("2528", "tropemedicin", "tropemedicin", 2005),
        ("4050", "tandlaege", "tandlæge", 2005),
        ("4551", "fysioterapi", "fysioterapi", 2005),
        ("5053", "kiropraktor", "kiropraktor", 2005),
        ("5552", "briller", "briller", 2005),
        ("6054", "fodterapi", "fodterapi", 2005),
        ("6055", "fodbehandlking", "fodbehandlking", 2005),
        ("7045", "med_laboratorier", "medicinsk laboratorier", 2005),
        ("7046", "omegnslaboratorier", "omegnslaboratorier", 2005),
        ("9463", "psykolog", "psykolog", 2005),
        ("00", "blandet", "blandet", 2014),
        ("14", "palliativ", "palliativ", 2014),
        ("15", "akut", "akut", 2014),
        ("39", "sexologi", "sexologi", 2014),
        ("80", "paediatri_sygehus", "pædiatri (sygehus)", 2007),
        ("92", "retsmedicin", "retsmedicin", 2014),
        ("98", "fysioterapi_sygehus", "fysioterapi (sygehus)", 2014),
        ("0581", "almenlaege_vagtkoersel", "almenlæge vagtkørsel", 2014),
        ("0582", "almenlaege_vagtlaegehjaelp", "almenlæge vagtlægehjælp", 2014),
        ("1080", "vagtlaege", "vagtlæge", 2014),
        ("1083", "vagtlaegehjaelp", "vagtlægehjælp", 2014),
        ("1082", "vagtlaegehjaelp_kbh", "vagtlægehjælp (København)", 2014),
        ("2517", "neurokirurgi_praksis", "neurokirurgi (praksis)", 2014),
        ("4049", "tandplejere", "tandplejere", 2014),
        ("4557", "ridefysioterapi", "ridefysioterapi", 2014),
        ("4562", "fysioterapi_vederlagsfri", "fysioterapi vederlagsfri", 2014),
        ("4565", "ridefysioterapi_vederlagsfri", "ridefysioterapi vederlagsfri", 2014),
        ("4658", "teddy", "teddy", 2014),
        ("5064", "kiropraktor_64", "kiropraktor 64", 2014),
        ("6059", "fodterapi_radioaktiv", "fodterapi radioaktiv", 2014),
        ("6060", "fodterapi_leddegigt", "fodterapi leddegigt", 2014),
        ("7044", "med_laboratorier_kpll", "medicinsk laboratorier kpll", 2014),
        ("7048", "med_laboratorier_ssi", "medicinsk laboratorier ssi", 2014),
    )
)

# In every schema before 2014 the word for pathology practice ends in a blank (facts: letters/README.md, trap 12).
PATHOLOGY = "patologi"
PATHOLOGY_BEFORE_2014 = "patologi "


def speciality_words(year: int) -> tuple[str, ...]:
    """The words a schema of this year knows, as it spells them."""
    since = 2005 if year in {2006, 2012} else year
    known = [item.word for item in SPECIALITIES if item.since_year <= since]
    return tuple(PATHOLOGY_BEFORE_2014 if word == PATHOLOGY and year < 2014 else word for word in known)


SPECIALITY_CODES = {item.word: item.code for item in SPECIALITIES} | {PATHOLOGY_BEFORE_2014: "2522"}
SPECIALITY_DANISH = {item.word: item.danish for item in SPECIALITIES} | {PATHOLOGY_BEFORE_2014: PATHOLOGY}

IDENTIFIER_WORDS = ("sygehusafdelingsnummer", "ydernummer", "lokationsnummer", "kommunenummer", "sorkode")
IDENTIFIER_WORDS_WITH_AMT = (*IDENTIFIER_WORDS, "amt")
# XML word -> NAD 2.2 and 2.3. `amt` of a party has no code in the public tables; the payer's is used.
IDENTIFIER_CODES = {
    "sygehusafdelingsnummer": ("SKS", "SST"),
    "ydernummer": ("YNR", "SFU"),
    "lokationsnummer": ("", "9"),
    "kommunenummer": ("KOM", "IM"),
    "sorkode": ("SOR", "SST"),
    "amt": ("AMT", "SFU"),
}
IDENTIFIER_WORD_OF = {
    "SKS": "sygehusafdelingsnummer",
    "YNR": "ydernummer",
    "": "lokationsnummer",
    "EAN": "lokationsnummer",
    "KOM": "kommunenummer",
    "SOR": "sorkode",
    "AMT": "amt",
}
LOCAL_IDENTIFIER = "91"

ACKNOWLEDGEMENTS = ("pluspositivkvitt", "minuspositivkvitt")
REPORT_STATUS = {"komplet_svar": "K", "del_svar": "D", "modtaget": "M"}
RESULT_STATUS = ("proeve_modtaget", "svar_midlertidigt", "svar_endeligt", "svar_rettet")
RESULT_TYPE = {"numerisk": "NV", "alfanumerisk": "AV"}
OPERATOR = {"mindre_end": "7", "stoerre_end": "6"}
# RPT02 says it the other way round in every version; MedCom has not settled it (facts: letters/README.md, trap 7).
OPERATOR_RPT02 = {"mindre_end": "6", "stoerre_end": "7"}
RESULT_STATE = {"komplet": "K", "delvis": "D", "modtaget": "M"}
EXAMINATION_TYPE = {
    "maalemetode": "MM",
    "maaleprocedure": "MP",
    "maalbar_kvantitet": "MQ",
    "overskrift": "OE",
    "observerbar_egenskab": "OP",
    "antibiotika_sammensaetning": "CO",
}
VALIDATION = {"for_hoej": "HI", "for_lav": "LO", "unormal": "UN"}
INTERVAL_TYPE = {"fysiologisk": "F", "terapeutisk": "T", "uspecificeret": "U"}
# Pathology and genetics.
MALIGNANCY = {"malign": "MA", "premalign": "PM"}
RELATION = {"uspec_paaroerende": "GU", "mor": "MO", "far": "FA", "barn": "SD"}
ANALYSIS_CODE_TYPE = {"iupac": "CQU", "lokal": "91"}
OBJECT_CODE = {
    "tekstfil": "TXT",
    "billede": "IMG",
    "program": "PRG",
    "vektor_grafik": "VGR",
    "biosignaler": "BSG",
    "multimedie": "MUL",
    "proprietaert_indhold": "PRP",
}
OBJECT_CODE_ALSO = {"SND": "multimedie"}
# fmt: off
OBJECT_EXTENSIONS = (
    "pcx", "tiff", "jpeg", "gif", "bmp", "png", "mpg", "dcm", "scp", "txt", "rtf", "doc", "xls",
    "wpd", "exe", "pdf", "wav", "avi", "mid", "rmi", "com", "zip", "bin", "inh", "plo", "fnx",
)
# fmt: on
OBJECT_EXTENSION = {word: word.upper() for word in OBJECT_EXTENSIONS} | {"tiff": "TIF", "jpeg": "JPG"}
# What the public converter's reader knows besides (it spells xls as XSL).
OBJECT_EXTENSION_ALSO = {"XSL": "xls"}


def extension_words(year: int) -> tuple[str, ...]:
    """The object extensions a schema of this year knows."""
    without = {2006: ("plo", "fnx")}.get(year, ("fnx",) if year < 2012 else ())
    return tuple(word for word in OBJECT_EXTENSIONS if word not in without)


REFUSALS = {
    "ikke_specificeret": "NC",
    "ukendt_lokationsnummer": "LOK",
    "problem_med_modtagerID": "MID",
    "problem_med_version": "VER",
    "syntaksfejl": "SYN",
}

# --- requests (facts: edifact.md, 10.7) ---
PAYER = {"sygesikring_gruppe_1": "PPI", "sygesikring_gruppe_2": "PPO", "rekvirent": "PRE", "anden": "NSP"}
SAMPLING_PLACE = {"rekvirenten": "ATT", "laboratoriet": "SPR", "patienten": "PAT", "laboratoriet_eksternt": "EXT"}
PRIORITY = {"straks": "CI", "fremskyndet": "HI", "rutine": "NO", "telefonsvar": "PH"}
QUESTION_CODE_TYPE = {"lokal": "91", "PA8": "PA8"}
SAMPLE_IDENTIFIER_TYPE = {"nationaltproevenummer": "NPN"}
RELATION_OF_REQUEST = {"mor": "MO", "far": "FA", "vaerge": "GU"}
