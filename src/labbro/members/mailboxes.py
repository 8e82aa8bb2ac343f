"""Is a mailbox a functional one? Accounts and contacts outlive people, so their mail should not go to one person's box.

The rule looks at the part before the @, split at dots, hyphens, underscores and digits:

1. An address of a free mail service is personal.
2. A word that names a function (lab, drift, support ...) makes it functional, whatever else stands there.
3. A part of the contact's own name, or a common Danish given name, makes it personal.
4. Two or three words and nothing functional look like a name; one short word without a vowel, or of two or three
   letters, looks like initials. Both are personal.
5. Anything else is taken as functional.

It only ever warns: the rule cannot know every department's name, and a person can see what it says and why.
"""

from __future__ import annotations

import re
from typing import Final

import msgspec

_FREE_MAIL_WORDS = """
gmail.com googlemail.com hotmail.com hotmail.dk icloud.com jubii.dk live.com live.dk mail.dk me.com ofir.dk
outlook.com outlook.dk proton.me protonmail.com stofanet.dk yahoo.com yahoo.dk
"""
_FREE_MAIL: Final = frozenset(_FREE_MAIL_WORDS.split())
_FUNCTION_WORDS = """
afd afdeling afsnit alarm ambulatorium analyse biokemi blodbank blodprove drift faelles forvaltning funktion
fælles genetik haematologi helpdesk hotline immunologi info integration it kba kbf klinisk kontakt kontor
kvalitet lab laboratorie laboratorium labsystem leverandor lims mail mikrobiologi npn nummer office operations
patologi post postkasse produktion prove prover provetagning reception security sekretariat service
servicedesk sikkerhed support system systemer systemforvaltning team teknik vagt vagten vendor
"""
_FUNCTIONS: Final = frozenset(_FUNCTION_WORDS.split())
_GIVEN_NAME_WORDS = """
anders andreas ane anna anne annette arne asta astrid benny bent birgit birgitte bjarne bo bodil brian camilla
carla carsten charlotte christian christina claus dorte dorthe ella else emil emma erik eva finn flemming
frank frederik freja gitte gunnar hanne hans helle henning henrik ida inge inger jacob jakob jan jane janne
jens jesper jette joan john jonas jorgen josefine julie karen karin karl katrine kenneth kim kirsten klaus
kristian lars lasse laura lene line lis lise lone lotte louise mads magnus maja maria marianne marie martin
mathias merete mette michael mie mikkel mogens morten nanna niels nikolaj ole oliver oscar palle per pernille
peter pia poul preben rasmus rikke rune sanne sara simon sofia sofie soren stine susanne sven svend søren
thomas thor tina tine tom tove troels uffe ulla vibeke victor viggo william
"""
_GIVEN_NAMES: Final = frozenset(_GIVEN_NAME_WORDS.split())
_VOWELS: Final = frozenset("aeiouyæøå")


class Personal(msgspec.Struct, frozen=True):
    """Why a mailbox looks like one person's."""

    code: str
    reason: str
    reason_da: str


def looks_personal(mailbox: str, name: str = "") -> Personal | None:
    """Why the mailbox looks personal; None when it does not. `name`: the contact's, to find it again in the address."""
    local, _, domain = mailbox.lower().rpartition("@")
    if domain in _FREE_MAIL:
        return _personal("free-mail", f"{domain} is a private mail service", f"{domain} er en privat posttjeneste")
    words = [word for word in re.split(r"[^a-zæøå]+", local) if word]
    if any(_is_function(word) for word in words):
        return None
    own = {word for word in re.split(r"[^a-zæøå]+", name.lower()) if len(word) > 2 and not _is_function(word)}
    if any(word in own or word in _GIVEN_NAMES for word in words):
        return _personal("name", "a person's name stands in it", "der står et personnavn i den")
    if 2 <= len(words) <= 3:
        return _personal("two-words", "it looks like a given name and a surname", "den ligner et for- og efternavn")
    if len(words) == 1 and (len(words[0]) <= 3 or (len(words[0]) <= 6 and not _VOWELS & set(words[0]))):
        return _personal("initials", "it looks like a person's initials", "den ligner en persons initialer")
    return None


def _is_function(word: str) -> bool:
    """A function's word, alone or with an ending or another word grown onto it: laboratoriet, labdrift, itsupport."""
    return word in _FUNCTIONS or any(len(known) > 3 and known in word for known in _FUNCTIONS) or word.startswith("lab")


def _personal(code: str, reason: str, reason_da: str) -> Personal:
    return Personal(
        f"mailbox-{code}",
        f"The mailbox looks like a person's: {reason}. Use one that outlives people.",
        f"Postkassen ligner en persons: {reason_da}. Brug en, der overlever personer.",
    )
