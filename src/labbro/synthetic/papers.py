"""The papers of demonstration people besides blood: microbiology, pathology, genetics and what was requested.

Each function tells one course of events of a person at their desk; `characters` says who has which.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from labbro.synthetic import findings, genetics, microbiology, pathology, requests
from labbro.synthetic.documents import Desk, Document
from labbro.synthetic.microbiology import Answer
from labbro.synthetic.pathology import Material, Tissue
from labbro.synthetic.specialists import MICROBIOLOGY, PATHOLOGY

Papers = Callable[[Desk], Iterator[Document]]
_CORRECTED = "Rettet svar: {what} Tidligere udsendt svar bedes destrueret."


def urine_cultures(desk: Desk) -> Iterator[Document]:
    """Three urines over the years: nothing, one species, and lately two, asked for and answered."""
    department = MICROBIOLOGY[desk.hospital]
    for days_ago, examination, clinical in (
        (900, findings.no_growth_in_urine(), "Kontrol efter behandling"),
        (415, findings.coli_in_urine(), "Svie ved vandladning"),
        (19, findings.two_in_urine(), "Hyppig vandladning, feber. Cystitis?"),
    ):
        taken = desk.taken(days_ago)
        if days_ago < 500:
            yield requests.of_microbiology(desk, department, taken, (examination,), clinical=clinical, why="Symptomer")
        yield microbiology.report(desk, department, taken, Answer((examination,), 2.1, clinical=clinical))


def blood_culture_corrected(desk: Desk, days_ago: int = 150) -> Iterator[Document]:
    """Bottles of an admission: nothing so far, then pneumococci, then a susceptibility that was wrong."""
    department = MICROBIOLOGY[desk.hospital]
    taken = desk.taken(days_ago, 17.4, at_hospital=True)
    right, wrong = findings.pneumococci_in_blood(), findings.pneumococci_in_blood(penicillin=("R", "4"))
    clinical = "Pneumoni, feber 39,4"
    yield requests.of_microbiology(desk, department, taken, (right,), clinical=clinical, why="Indlæggelse")
    so_far = findings.no_growth_in_blood(1, so_far=True)
    for answer in (
        Answer((so_far,), 1.2, "svar_midlertidigt", "del_svar", clinical=clinical),
        Answer((wrong,), 3.3, clinical=clinical, conclusion="Vækst af pneumokokker"),
        Answer(
            (right,),
            4.1,
            "svar_rettet",
            conclusion="Vækst af pneumokokker. Rettet resistensbestemmelse",
            comment=_CORRECTED.format(what="MIC for penicillin G er 0,03 mg/L (S), ikke 4 mg/L."),
            clinical=clinical,
        ),
    ):
        yield microbiology.report(desk, department, taken, answer)
    screened = desk.taken(days_ago, 17.6, at_hospital=True)
    yield microbiology.report(
        desk, department, screened, Answer((findings.screening(False),), 2.2, clinical="Indlæggelse")
    )


def admitted(desk: Desk) -> Iterator[Document]:
    """Two days after admission: airways answered, blood and sputum in part, as one request asked."""
    department = MICROBIOLOGY[desk.hospital]
    taken = desk.taken(2, 19.1, at_hospital=True)
    bottles, sputum = findings.no_growth_in_blood(1, so_far=True), findings.sputum_so_far()
    airways = findings.airways("Influenza A-virus RNA")
    clinical = "Indlagt med feber og hoste. Pneumoni?"
    asked = (bottles, sputum, airways)
    yield requests.of_microbiology(desk, department, taken, asked, clinical=clinical, why="Indlæggelse")
    yield microbiology.report(desk, department, desk.other_material(taken), Answer((airways,), 0.9, clinical=clinical))
    part = Answer((bottles, sputum), 1.4, "svar_midlertidigt", "del_svar", clinical=clinical)
    yield microbiology.report(desk, department, taken, part)


def blood_requested(desk: Desk) -> Iterator[Document]:
    """The request behind the newest sample of blood whose answers have come in part, else behind the newest."""
    last = {letter.sample.production: letter for letter in desk.blood}  # of each sample, the letter sent last
    waiting = [letter for letter in last.values() if letter.status != "komplet_svar"]
    newest = max(waiting or desk.blood, key=lambda letter: letter.sample.taken_at)
    first = next(letter for letter in desk.blood if letter.sample == newest.sample)
    yield requests.of_biochemistry(desk, first)


def gut_unanswered(desk: Desk) -> Iterator[Document]:
    """A stool sample sent two days ago: requested, not answered."""
    taken = desk.taken(2, 8.4)
    clinical = "Diarre i en uge efter udlandsrejse"
    department = MICROBIOLOGY[desk.hospital]
    yield requests.of_microbiology(desk, department, taken, (findings.gut(),), clinical=clinical, why="Udlandsrejse")


def throat_and_chlamydia(desk: Desk) -> Iterator[Document]:
    """Streptococci in the throat, and a test for chlamydia without finding."""
    department = MICROBIOLOGY[desk.hospital]
    throat = findings.throat("", abnormal=True)
    yield microbiology.report(desk, department, desk.taken(63), Answer((throat,), 2.0, clinical="Ondt i halsen, feber"))
    found = findings.chlamydia(found=False)
    yield microbiology.report(desk, department, desk.taken(240), Answer((found,), 1.3, clinical="Kontrol"))


def throat_negative(desk: Desk) -> Iterator[Document]:
    """A throat swab in which nothing of importance grew."""
    throat = findings.throat("Ingen vækst af hæmolytiske streptokokker.", abnormal=False)
    yield microbiology.report(desk, MICROBIOLOGY[desk.hospital], desk.taken(310), Answer((throat,), 2.0))


def resistant_urine(desk: Desk) -> Iterator[Document]:
    """Repeated infections: first an ordinary species, then a multi-resistant one."""
    department = MICROBIOLOGY[desk.hospital]
    for days_ago, one in ((700, findings.coli_in_urine()), (52, findings.resistant_in_urine())):
        clinical = "Recidiverende urinvejsinfektion"
        taken = desk.taken(days_ago)
        yield requests.of_microbiology(desk, department, taken, (one,), clinical=clinical, why="Recidiv")
        yield microbiology.report(desk, department, taken, Answer((one,), 2.2, clinical=clinical))


def carrier(desk: Desk) -> Iterator[Document]:
    """MRSA found by screening; the report to the databank of microbiology holds a type that its sender protects."""
    department = MICROBIOLOGY[desk.hospital]
    taken = desk.taken(88)
    answer = Answer(
        (findings.screening(True, spa_type="t002"),), 3.1, conclusion="MRSA påvist", clinical="Før indlæggelse"
    )
    yield microbiology.report(desk, department, taken, answer)
    yield microbiology.to_databank(desk, department, taken, answer)


# --- pathology -----------------------------------------------------------------------------------------------------

_NORMAL_SMEAR = Tissue(
    "Cervixcytologi",
    "Normal",
    (Material("Væskebaseret cytologi, cervix", pathology.CERVIX),),
    {
        "Microscopic": ("Mikroskopi", "Egnet prøve med endocervikale celler. Ingen atypi."),
        "Conclusion": ("Konklusion", "Normale celler. Næste prøve efter programmet."),
    },
    6.2,
    clinical="Screening",
)
_CHANGED_SMEAR = Tissue(
    "Cervixcytologi",
    "Unormal",
    (Material("Væskebaseret cytologi, cervix"),),
    {
        "Microscopic": ("Mikroskopi", "Egnet prøve. Pladeepitelceller med forstørrede, mørke kerner."),
        "Conclusion": ("Konklusion", "Let til moderat atypi. Gynækologisk undersøgelse med biopsi anbefales."),
        "Comments": ("Bemærkninger", "HPV-undersøgelse kan eftersendes på samme prøve."),
    },
    7.4,
    validation="premalign",
    clinical="Screening. Tidligere normale prøver.",
)
_CONE = Tissue(
    "Histologi",
    "Unormal",
    (Material("Portiobiopsi kl. 12"), Material("Portiobiopsi kl. 6"), Material("Cervixafskrab")),
    {
        "Macroscopic": ("Makroskopi", "A: 3 mm biopsi. B: 4 mm biopsi. C: sparsomt slimet materiale. Alt indstøbt."),
        "Microscopic": (
            "Mikroskopi",
            "A: moderat dysplasi i de nederste to tredjedele.\nB: normalt pladeepitel.\nC: endocervix uden atypi.",
        ),
        "Conclusion": ("Konklusion", "Moderat dysplasi i biopsi A. B og C uden forandringer."),
    },
    8.3,
    validation="premalign",
    clinical="Unormal celleprøve fra livmoderhalsen",
)
_NAEVUS = Tissue(
    "Histologi",
    "Godartet",
    (Material("Hud, højre lår", pathology.HALO_NAEVUS),),
    {
        "Macroscopic": ("Makroskopi", "Hudelipse 11 x 6 mm med en brunlig plet på 5 mm og lys randzone."),
        "Microscopic": (
            "Mikroskopi",
            "Rester af nævusceller, tæt infiltrat af lymfocytter og enkelte eosinofile. Ingen mitoser. Frie rande.",
        ),
        "Conclusion": ("Konklusion", "Halonævus. Ingen tegn på ondartet forandring."),
    },
    5.5,
    clinical="Plet på låret, der har fået en lys ring",
)
_PROSTATE = Tissue(
    "Histologi",
    "Ondartet",
    (Material("Prostata, højre lap, 4 nålebiopsier"), Material("Prostata, venstre lap, 4 nålebiopsier")),
    {
        "Macroscopic": ("Makroskopi", "A: 4 biopsier på 9 til 15 mm. B: 4 biopsier på 8 til 14 mm. Alt indstøbt."),
        "Microscopic": (
            "Mikroskopi",
            "A: adenokarcinom i to af fire biopsier, i alt 6 mm, Gleason 3 + 4.\nB: hyperplasi uden atypi.",
        ),
        "Conclusion": ("Konklusion", "Adenokarcinom i højre lap, Gleason score 7 (3 + 4). Venstre lap uden karcinom."),
    },
    7.8,
    validation="malign",
    clinical="Stigende PSA",
)
_MARROW = Tissue(
    "Cytologi",
    "Se tekst",
    (Material("Knoglemarv, aspirat"), Material("Perifert blod")),
    {
        "Microscopic": ("Mikroskopi", "Cellerig marv med megaloblastær erytropoiese. Hypersegmenterede granulocytter."),
        "Conclusion": ("Konklusion", "Megaloblastær marv, foreneligt med mangel på vitamin B12."),
    },
    3.4,
    clinical="Makrocytær anæmi",
    cells=(
        ("Tælling af marv og blod", "MARV", "BLOD"),
        ("Myeloblaster", "1 %", "0 %"),
        ("Promyelocytter", "4 %", "0 %"),
        ("Myelocytter neutrofile", "12 %", "0 %"),
        ("Granulocytter segmentkernede", "18 %", "62 %"),
        ("Granulocytter eosinofile", "2 %", "3 %"),
        ("Lymfocytter", "11 %", "29 %"),
        ("Monocytter", "2 %", "6 %"),
        ("Erytroblaster", "50 %", "0 %"),
    ),
)


def smear_then_biopsy(desk: Desk) -> Iterator[Document]:
    """A normal smear, years later a changed one, then biopsies that were requested and answered in two letters."""
    yield pathology.cytology(desk, desk.taken(1210), _NORMAL_SMEAR)
    yield pathology.cytology(desk, desk.taken(97), _CHANGED_SMEAR)
    taken = desk.taken(58, 13.2)
    materials = tuple(material.description for material in _CONE.materials)
    yield requests.of_pathology(desk, PATHOLOGY[desk.hospital], taken, materials, _CONE.clinical)
    yield pathology.histology(desk, taken, _CONE)


def smears(desk: Desk) -> Iterator[Document]:
    """Two normal smears three years apart."""
    for days_ago in (1250, 140):
        yield pathology.cytology(desk, desk.taken(days_ago), _NORMAL_SMEAR)


def mole(desk: Desk) -> Iterator[Document]:
    """A mole removed by the practice, coded in full."""
    taken = desk.taken(33, 14.1)
    yield requests.of_pathology(desk, PATHOLOGY[desk.hospital], taken, ("Hud, højre lår",), _NAEVUS.clinical)
    yield pathology.histology(desk, taken, _NAEVUS)


def prostate_biopsies(desk: Desk) -> Iterator[Document]:
    """Needle biopsies before the operation."""
    yield pathology.histology(desk, desk.taken(1500, 11.0, at_hospital=True), _PROSTATE)


def marrow(desk: Desk) -> Iterator[Document]:
    """Marrow and blood counted side by side."""
    yield pathology.histology(desk, desk.taken(1090, 10.0, at_hospital=True), _MARROW)


# --- genetics ------------------------------------------------------------------------------------------------------

_LIPIDS = genetics.Analysis(
    "Familiær hyperkolesterolæmi: LDLR, APOB og PCSK9",
    "Påvist",
    {
        "AnalysisHeadline": "Sekventering af kodende regioner i LDLR, APOB (exon 26) og PCSK9.",
        "GenomeReference": "GRCh38",
        "AnalysisMethod": "Massiv parallel sekventering. Mindste dybde 30. Fund bekræftet ved Sanger-sekventering.",
        "AnalysisResults": "LDLR: opdigtet missense-variant, heterozygot. Klasse 5 (sygdomsgivende).\n"
        "APOB og PCSK9: ingen varianter af klasse 3 til 5.",
        "Conclusion": "Arvelig disposition til højt kolesterol.\nUndersøgelse af nære slægtninge kan tilbydes.",
        "Comments": "Svaret bør ledsages af genetisk rådgivning.",
    },
    27.3,
    "Totalkolesterol over 8 mmol/L. Far: blodprop i hjertet som 44-årig.",
)
_IRON = genetics.Analysis(
    "Hæmokromatose: HFE",
    "Negativ",
    {
        "AnalysisHeadline": "Undersøgelse for de to hyppige varianter i HFE.",
        "AnalysisMethod": "PCR med allelspecifik påvisning.",
        "AnalysisResults": "Ingen af de to varianter er påvist.",
        "Conclusion": "Ingen holdepunkter for arvelig hæmokromatose ved denne undersøgelse.",
    },
    12.2,
    "Søster med hæmokromatose",
)


def family_cholesterol(desk: Desk) -> Iterator[Document]:
    """A variant found, with what it means for relatives."""
    yield genetics.report(desk, desk.taken(410), _LIPIDS)


def iron_not_inherited(desk: Desk) -> Iterator[Document]:
    """A short analysis without finding."""
    yield genetics.report(desk, desk.taken(205), _IRON)
