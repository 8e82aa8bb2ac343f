"""The invented clinicians of the demonstration sign-in, and how invented patients are offered. Nobody is meant."""

from __future__ import annotations

import msgspec

from labbro.portal.sessions import Actor


class Example(msgspec.Struct, frozen=True):
    """An invented patient that the demonstration offers on the search page, with what there is to see."""

    name: str
    identifier: str
    story_da: str
    story_en: str


CLINICIANS: dict[str, Actor] = {
    "asta": Actor("demonstration:asta", "Asta Prøvesen (opdigtet)", "Lægehuset Fantasien"),
    "bo": Actor("demonstration:bo", "Bo Eksempel (opdigtet)", "Nyremedicinsk Afdeling, Opdigtet Sygehus"),
    "carla": Actor("demonstration:carla", "Carla Demosen (opdigtet)", "Klinisk Biokemi, Opdigtet Sygehus"),
    "didrik": Actor("demonstration:didrik", "Didrik Modelsen (opdigtet)", "Klinisk Biokemi, Opdigtet Sygehus"),
}
