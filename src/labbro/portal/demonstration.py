"""The invented clinicians of the demonstration sign-in. Nobody of these names is meant."""

from __future__ import annotations

from labbro.portal.sessions import Actor

CLINICIANS: dict[str, Actor] = {
    "asta": Actor("demonstration:asta", "Asta Prøvesen (opdigtet)", "Lægehuset Fantasien"),
    "bo": Actor("demonstration:bo", "Bo Eksempel (opdigtet)", "Nyremedicinsk Afdeling, Opdigtet Sygehus"),
    "carla": Actor("demonstration:carla", "Carla Demosen (opdigtet)", "Klinisk Biokemi, Opdigtet Sygehus"),
}
