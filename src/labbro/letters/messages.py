"""The sentences of the findings, in English and Danish, by their stable code."""

from __future__ import annotations

from labbro.letters.findings import NOWHERE, Finding, Place, Severity

MESSAGES: dict[str, tuple[str, str]] = {
    # the shape of a letter
    "missing": ("{name} is missing here; expected: {expected}.", "{name} mangler her; forventet: {expected}."),
    "unknown-element": ("{name} is not known here.", "{name} kendes ikke her."),
    "wrong-place": (
        "{name} stands in the wrong place or too often; expected here: {expected}.",
        "{name} står forkert eller for mange gange; forventet her: {expected}.",
    ),
    "too-many": ("{name} is repeated more often than allowed.", "{name} er gentaget flere gange end tilladt."),
    "wrong-order": ("The parts of {name} do not fit together.", "Delene af {name} passer ikke sammen."),
    "stray-text": ("Text stands between the parts of {name}.", "Der står tekst mellem delene af {name}."),
    "element-in-value": (
        "{name} is a plain value and may not hold elements.",
        "{name} er en simpel værdi og må ikke indeholde elementer.",
    ),
    "content-in-empty": ("{name} must be empty.", "{name} skal være tom."),
    "unknown-attribute": ("The attribute {name} is not allowed.", "Attributten {name} er ikke tilladt."),
    # values
    "too-long": (
        "The value has {length} characters; {expected} are allowed.",
        "Værdien har {length} tegn; tilladt er {expected}.",
    ),
    "too-short": (
        "The value has {length} characters; {expected} are needed.",
        "Værdien har {length} tegn; der skal være {expected}.",
    ),
    "empty-value": ("The value is empty; {expected} are needed.", "Værdien er tom; der skal være {expected}."),
    "not-in-list": ("The value is not in the list: {expected}.", "Værdien findes ikke i listen: {expected}."),
    "wrong-form": ("The value does not have {expected}.", "Værdien har ikke {expected}."),
    "not-a-number": ("The value is not {expected}.", "Værdien er ikke {expected}."),
    "number-outside": ("The number is not {expected}.", "Tallet er ikke {expected}."),
    "not-a-date": ("The value is not {expected}.", "Værdien er ikke {expected}."),
    "not-a-boolean": ("The value is not one of: {expected}.", "Værdien er ikke en af: {expected}."),
    # the document or interchange as a whole
    "not-a-letter": (
        "This is neither an XML document nor an EDIFACT interchange; send a MedCom letter.",
        "Dette er hverken et XML-dokument eller en EDIFACT-forsendelse; send et MedCom-brev.",
    ),
    "not-well-formed": ("The XML is not well-formed: {detail}.", "XML'en er ikke velformet: {detail}."),
    "doctype": (
        "A document type declaration is not accepted; send the letter without it.",
        "En dokumenttypeerklæring (DOCTYPE) modtages ikke; send brevet uden.",
    ),
    "unknown-namespace": (
        "The namespace {detail} is not one that Labbro knows; no neighbour version is tried.",
        "Navnerummet {detail} kendes ikke; en naboversion forsøges ikke.",
    ),
    "not-supported": (
        "The letter {detail} is not supported; it is kept but not read.",
        "Brevet {detail} understøttes ikke; det gemmes, men læses ikke.",
    ),
    "no-letter": ("There is no letter in the envelope.", "Der er intet brev i kuverten."),
    "lone-element": (
        "{name} is valid by its schema but no letter; nothing can be done with it.",
        "{name} er gyldig efter sit skema, men intet brev; der kan ikke gøres noget med den.",
    ),
    "too-large": (
        "{name} is larger than {expected}; the rest is not read.",
        "{name} er større end {expected}; resten læses ikke.",
    ),
    "wrong-charset": (
        "The bytes look like UTF-8; an EDIFACT interchange must be ISO 8859-1.",
        "Bytene ligner UTF-8; en EDIFACT-forsendelse skal være ISO 8859-1.",
    ),
    "missing-una": (
        "The interchange has no UNA segment; the usual separators are taken.",
        "Forsendelsen mangler UNA; de sædvanlige skilletegn bruges.",
    ),
    "other-separators": (
        "UNA names other separators than MedCom's; they are ignored.",
        "UNA angiver andre skilletegn end MedComs; de bruges ikke.",
    ),
    "missing-unb": ("The interchange has no UNB segment.", "Forsendelsen mangler UNB."),
    "missing-unt": ("The letter has no UNT segment: it may be cut off.", "Brevet mangler UNT: det kan være afkortet."),
    "missing-unz": (
        "The interchange has no UNZ segment: letters may be missing.",
        "Forsendelsen mangler UNZ: der kan mangle breve.",
    ),
    "unt-count": (
        "UNT says {expected} segments, but there are {found}.",
        "UNT angiver {expected} segmenter, men der er {found}.",
    ),
    "unt-reference": (
        "UNT names letter {expected}, but UNH names {found}.",
        "UNT angiver brev {expected}, men UNH angiver {found}.",
    ),
    "unz-count": (
        "UNZ says {expected} letters, but there are {found}.",
        "UNZ angiver {expected} breve, men der er {found}.",
    ),
    "unz-reference": (
        "UNZ names interchange {expected}, but UNB names {found}.",
        "UNZ angiver forsendelse {expected}, men UNB angiver {found}.",
    ),
    "segment-outside": (
        "Segment {name} stands outside a letter; it is passed over.",
        "Segmentet {name} står uden for et brev; det springes over.",
    ),
    "bad-tag": ("The segment has no tag of three characters.", "Segmentet har ikke et mærke på tre tegn."),
    "bad-release": (
        "A release character stands before {name}, which needs none; the character is kept.",
        "Et frigivelsestegn står foran {name}, som ikke kræver det; tegnet beholdes.",
    ),
    "control-character": (
        "The letter holds control characters; they cannot be kept.",
        "Brevet indeholder styretegn; de kan ikke bevares.",
    ),
    "windows-character": (
        "The letter holds characters of windows-1252 that ISO 8859-1 does not have.",
        "Brevet indeholder tegn fra windows-1252, som ISO 8859-1 ikke har.",
    ),
    "segment-not-known": (
        "Segment {name} has no place here; its content is not carried over.",
        "Segmentet {name} har ingen plads her; indholdet føres ikke videre.",
    ),
    "more-than-known": (
        "Segment {name} holds more than is known of it; the rest is not carried over.",
        "Segmentet {name} indeholder mere, end der kendes; resten føres ikke videre.",
    ),
    "segment-repeated": (
        "Segment {name} may stand only once here; the first one is used.",
        "Segmentet {name} må kun stå én gang her; det første bruges.",
    ),
    "wrong-datetime": (
        "The time must have the form {expected}.",
        "Tidspunktet skal have formen {expected}.",
    ),
    "unknown-code": (
        "The code {found} is not in the table of {name}.",
        "Koden {found} findes ikke i tabellen for {name}.",
    ),
    "link-unknown": (
        "The number {found} points at no {name} of the letter, or at several; what it says is not carried over.",
        "Nummeret {found} peger ikke på netop én {name} i brevet; indholdet føres ikke videre.",
    ),
    "link-repeated": (
        "Something of {name} {found} is said twice; the first is used.",
        "Noget om {name} {found} er sagt to gange; det første bruges.",
    ),
    "heading-without-section": (
        "A heading stands without its text; which section it belongs to cannot be told, and it is not carried over.",
        "En overskrift står uden sin tekst; det kan ikke ses, hvilket afsnit den hører til, og den føres ikke videre.",
    ),
    "section-not-allowed": (
        "The letter has a section that its type does not know; it is not carried over.",
        "Brevet har et afsnit, som brevtypen ikke kender; det føres ikke videre.",
    ),
    "consent-without-text": (
        "The letter says consent, but not what the patient has agreed to; no consent is taken from it.",
        "Brevet angiver samtykke, men ikke hvad patienten har sagt ja til; det regnes ikke som samtykke.",
    ),
    "both-identifiers": (
        "The patient has both a CPR number and a replacement number; one is allowed.",
        "Patienten har både CPR-nummer og erstatningsnummer; der må kun være ét.",
    ),
    # said only by one syntax, or by rule
    "assumed": (
        "{name} cannot be said in EDIFACT; the value is filled in by rule and is no statement of the sender.",
        "{name} kan ikke angives i EDIFACT; værdien er udfyldt efter regel og er ikke afsenders udsagn.",
    ),
    "not-carried": (
        "{name} cannot be carried: {found}.",
        "{name} kan ikke medføres: {found}.",
    ),
    "read-as-several": (
        "{name} does not fit one FTX segment; a reader finds {found} texts in its place.",
        "{name} kan ikke være i ét FTX-segment; en modtager læser {found} tekster i stedet.",
    ),
    "outside-latin1": (
        "The character {found} cannot be sent in EDIFACT (ISO 8859-1).",
        "Tegnet {found} kan ikke sendes i EDIFACT (ISO 8859-1).",
    ),
    "text-too-long": (
        "The text needs {found} FTX segments; {expected} are allowed.",
        "Teksten kræver {found} FTX-segmenter; {expected} er tilladt.",
    ),
    "url-too-long": (
        "The address has {found} characters; EDIFACT carries {expected}.",
        "Adressen har {found} tegn; EDIFACT medfører {expected}.",
    ),
    "no-code": ("EDIFACT has no code for {found}.", "EDIFACT har ingen kode for {found}."),
    "no-edifact-form": ("This version has no EDIFACT form.", "Denne version har ingen EDIFACT-form."),
    "envelope-made": (
        "The letter had no envelope; one is made from its own number and time.",
        "Brevet havde ingen kuvert; der er lavet en ud fra brevets nummer og tid.",
    ),
    "mixed-namespaces": (
        "The letters are of schemas of different dates; write them one by one.",
        "Brevene hører til skemaer af forskellig dato; skriv dem hver for sig.",
    ),
    "read-as-other": (
        "EDIFACT of this version code is read as the schema of 2007/02/01, not as that of {found}.",
        "EDIFACT med denne versionskode læses som skemaet af 2007/02/01, ikke som det af {found}.",
    ),
    "mixed-parties": (
        "The letters have different senders or receivers; an interchange has one of each.",
        "Brevene har forskellige afsendere eller modtagere; en forsendelse har én af hver.",
    ),
    # moved to a newer version
    "move-other-type": (
        "The letter is {name} {found}; {expected} is no version of it, and no type of letter is made into another.",
        "Brevet er {name} {found}; {expected} er ikke en version af det, og én brevtype laves ikke om til en anden.",
    ),
    "move-not-public": (
        "MedCom has not published the schema of {name}; no letter is moved to it or from it.",
        "MedCom har ikke offentliggjort skemaet for {name}; intet brev flyttes til eller fra den version.",
    ),
    "move-to-older": (
        "{expected} is older than {found}; letters are moved to newer versions only.",
        "{expected} er ældre end {found}; breve flyttes kun til nyere versioner.",
    ),
    "move-not-said": (
        "{version} asks for {name}, which the letter does not say; it must be given.",
        "{version} kræver {name}, som brevet ikke angiver; det skal oplyses.",
    ),
    "move-no-room": (
        "{name} of {version} cannot hold {found}; it takes {expected}.",
        "{name} i {version} kan ikke rumme {found}; der kræves {expected}.",
    ),
    "said-otherwise": (
        "{name} {found} is said in another form in {version}; the meaning is the same.",
        "{name} {found} angives i en anden form i {version}; betydningen er den samme.",
    ),
    "given": (
        "{version} asks for {name}; {found} was given by whoever moved the letter, not by its sender.",
        "{version} kræver {name}; {found} er oplyst af den, der flyttede brevet, ikke af afsender.",
    ),
    "implied": (
        "{version} asks for {name}; the older version means {found} without saying it.",
        "{version} kræver {name}; den ældre version betyder {found} uden at angive det.",
    ),
    "no-public-schema": (
        "MedCom has not published the schema of {name}; the letter is checked only for what is known of it.",
        "MedCom har ikke offentliggjort skemaet for {name}; brevet kontrolleres kun for det, der vides om det.",
    ),
    # the cover of a VANS provider
    "not-a-datetime": ("The value is no time of the form ccyy-mm-ddThh:mm:ss.", "Værdien er ikke et tidspunkt."),
    "uuid-form": (
        "The identifier passes MedCom's pattern, but is no right UUID.",
        "Identifikationen passer til MedComs mønster, men er ikke en rigtig UUID.",
    ),
    "not-base64": (
        "The data of the envelope are not base64; no letter can be taken out.",
        "Kuvertens data er ikke base64; der kan ikke tages noget brev ud.",
    ),
    "envelope-differs": (
        "{name} of the envelope says {expected}, but the letter says {found}; the letter counts.",
        "{name} på kuverten siger {expected}, men brevet siger {found}; brevet gælder.",
    ),
    "vans-receipt": (
        "The envelope holds a receipt for the transport, and no letter.",
        "Kuverten indeholder en kvittering for transporten og intet brev.",
    ),
    # what a good colleague notices
    "sample-numbers-differ": (
        "The sample has another number with the sample than with the requisition; the latter is used.",
        "Prøven har et andet nummer ved prøven end ved rekvisitionen; det sidste bruges.",
    ),
    "payer-with-number": (
        "A payer of the kind 'other' has a number; systems may refuse it.",
        "En betaler af arten 'anden' har et nummer; systemer kan afvise det.",
    ),
    "payer-without-number": (
        "The payer has no number; systems may refuse the request.",
        "Betaleren har intet nummer; systemer kan afvise rekvisitionen.",
    ),
    "sampled-after-letter": (
        "The sample is said to be taken, but later than the letter was written.",
        "Prøven angives som taget, men senere end brevet er skrevet.",
    ),
    "negative-number": ("The number is negative.", "Tallet er negativt."),
    "place-without-code": (
        "A place of sampling is named, but the code does not say that the sample is taken elsewhere.",
        "Der er angivet et prøvetagningssted, men koden siger ikke, at prøven tages eksternt.",
    ),
    "no-unit": ("A numeric result stands without a unit.", "Et numerisk resultat står uden enhed."),
    "gln-form": ("The location number is not 13 digits.", "Lokationsnummeret er ikke på 13 cifre."),
    "decimal-comma": (
        "The number is written with a decimal comma; write a point, which receivers compare with.",
        "Tallet er skrevet med decimalkomma; skriv punktum, som modtagere sammenligner tal med.",
    ),
    "code-type": (
        "The analysis code does not have the form of its code type.",
        "Analysekoden har ikke den form, dens kodetype kræver.",
    ),
    "many-results": (
        "The letter has {found} results; there are receivers that show no more than {expected}.",
        "Brevet har {found} resultater; der er modtagere, som kun viser {expected}.",
    ),
    "old-version": (
        "{name} has taken the place of this version; from {found} at the latest no system is approved to send it.",
        "{name} har afløst denne version; senest fra {found} er intet system godkendt til at sende den.",
    ),
    "rpt02-after-xrpt05": (
        "Microbiology is answered as XRPT05 since {found} at the latest; the receiver may be without RPT02.",
        "Mikrobiologisvar sendes som XRPT05, senest fra {found}; modtageren kan mangle RPT02.",
    ),
    "gln-check-digit": ("The location number's check digit is wrong.", "Lokationsnummerets kontrolciffer er forkert."),
    "cpr-form": ("The CPR number does not begin with a date.", "CPR-nummeret begynder ikke med en dato."),
    "interval-upside-down": ("The lower limit is above the upper limit.", "Den nedre grænse ligger over den øvre."),
    "result-before-sampling": ("The result is older than the sample.", "Resultatet er ældre end prøven."),
    "placeholder-with-final": (
        "The value ***** means that nothing has been measured, but the status says otherwise.",
        "Værdien ***** betyder, at intet er målt, men status siger noget andet.",
    ),
    "value-before-measurement": (
        "The status says that the sample is received, but there is a value; it is not shown as a result.",
        "Status siger prøve modtaget, men der er en værdi; den vises ikke som resultat.",
    ),
    "text-place-guessed": (
        "Neither place nor headline tell whether the text is microscopy or culture; it is read as microscopy.",
        "Hverken plads eller overskrift viser, om teksten er mikroskopi eller dyrkning; den læses som mikroskopi.",
    ),
    "text-without-place": (
        "A text stands where the letter can have none; it is not carried over.",
        "En tekst står, hvor brevet ikke kan have nogen; den føres ikke videre.",
    ),
    "headline-not-kept": (
        "The headline of the table's legend is another than usual; it is not carried over.",
        "Overskriften til skemaets forklaring er en anden end den sædvanlige; den føres ikke videre.",
    ),
    "cell-without-place": (
        "A column or cell of the table of susceptibility belongs to no isolate; it is not carried over.",
        "En kolonne eller celle i følsomhedsskemaet hører ikke til nogen mikroorganisme; den føres ikke videre.",
    ),
    "operator-contradicts": (
        "The operator contradicts the reference interval or the mark; RPT02 and RPT01 say it the other way round.",
        "Operatoren modsiger referenceintervallet eller markeringen; RPT02 og RPT01 angiver den modsat.",
    ),
    "received-before-sampling": (
        "The sample was received before it was taken.",
        "Prøven er modtaget, før den er taget.",
    ),
    "no-such-number": (
        "The number points at no isolate or antibiotic of the table.",
        "Nummeret peger ikke på en mikroorganisme eller et antibiotikum i skemaet.",
    ),
    "number-repeated": (
        "The number stands twice in its table; each may stand once.",
        "Nummeret står to gange i sit skema; hvert nummer må stå én gang.",
    ),
    "cell-repeated": (
        "The same isolate and antibiotic are told more than once.",
        "Samme mikroorganisme og antibiotikum er angivet mere end én gang.",
    ),
    "not-numeric": (
        "The result is said to be numeric, but its value is no number.",
        "Resultatet angives som numerisk, men værdien er ikke et tal.",
    ),
}


def finding(
    severity: Severity,
    code: str,
    path: str | None,
    place: Place = NOWHERE,
    /,
    **words: object,
) -> Finding:
    """A finding with its sentences filled in. Values of elements never go into a sentence: they may name a person."""
    english, danish = MESSAGES[code]
    if words:
        expected_da = words.pop("expected_da", None)
        danish_words = words if expected_da is None else {**words, "expected": expected_da}
        english, danish = english.format(**words), danish.format(**danish_words)
    return Finding(
        severity,
        code,
        path,
        english,
        danish,
        place.line,
        place.column,
        place.segment,
        place.position,
    )
