"""Every page about every patient of MedCom's own and the generated RPT01 letters opens, and hides no placeholder."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from litestar.testing import TestClient

from labbro import letters, server
from labbro.portal.seals import Seals, Seen

from .conftest import NOW, SECRET

MOST_LINKS = 20


@pytest.fixture
def patients(services: server.Services, shared: Path) -> list[UUID]:
    """The keys of all patients in these letters."""
    folders = (shared / "medcom" / "official" / "samples", shared / "medcom" / "generated")
    files = [path for folder in folders for path in sorted(folder.rglob("*")) if path.suffix in (".xml", ".edi")]
    for path in files:
        if re.search(r"RPT01|R013", str(path)) and "invalid" not in path.parts:
            services.databank.intake(letters.read(path.read_bytes()), NOW, "request-0001", "load")
    with services.database.connection() as connection:
        return [key for (key,) in connection.execute("SELECT patient_key FROM databank.patient").fetchall()]


def addresses(client: TestClient[Any], base: str) -> list[str]:
    """Results, a row and a value or more, and each letter in all its forms."""
    links = re.findall(r'href="((?:rows|values)/[^"]+)"', client.get(f"{base}results").text)
    keys = sorted({link.split("/")[1] for link in links if link.startswith("values")})
    forms = ("", "?as=text", "?as=tree", "/original")
    shown = [f"letters/{key}{form}" for key in keys for form in forms]
    return [base + path for path in ["results", "access", *links[:MOST_LINKS], *shown]]


def test_every_page_of_every_patient_opens(client: TestClient[Any], patients: list[UUID]) -> None:
    assert len(patients) > 2
    token = re.search(r'name="form_token" value="([^"]+)"', client.get("/sign-in").text)
    assert token is not None
    client.post("/sign-in/demonstration", data={"form_token": token[1], "who": "asta"})
    seals, session = Seals(SECRET), client.cookies["labbro-session"]
    for patient in patients:
        base = f"/patients/{seals.handle(session, Seen(patient, ''), ())}/"
        for path in addresses(client, base):
            answer = client.get(path)
            assert answer.status_code == 200, path.removeprefix(base)
            assert "*****" not in answer.text or "/letters/" in path, path.removeprefix(base)
