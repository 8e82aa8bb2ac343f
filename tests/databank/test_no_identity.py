"""Nothing that the databank logs, counts, answers or raises names a patient."""

from __future__ import annotations

import psycopg
import pytest

from labbro.databank.api import take as take_in
from labbro.databank.watch import Watcher
from labbro.errors import Unavailable
from labbro.platform import logs, telemetry
from labbro.platform.identities import SeededIdentities

from .building import NOW
from .wire import edifact, one, xml

IDENTITY = ("1111571231", "Opdigtet", "Olga", "0703921VJ4")


@pytest.fixture
def all_logs(capfd):
    """Everything written to standard error, with the most talkative logs."""
    logs.configure("debug", "json")
    yield lambda: "".join(capfd.readouterr())
    logs.configure("warning", "json")


def every_kind():
    """Letters that are stored, repeated, refused for every reason, and no letters at all."""
    whole = edifact()
    alternative = one(identifier="X", Patient={"AlternativeIdentifier": "0703921VJ4", "PersonSurnameName": "Opdigtet"})
    return [
        whole,
        xml(),
        edifact(one(identifier="A", acknowledge=True)),
        edifact(one(Patient__PersonGivenName="Oline")),
        whole.replace(b"STS++FR", b"STS++QQ"),
        whole.replace(b"1111571231", b"111157123A"),
        whole.replace(b"R0131K", b"R0199K"),
        whole[:-200],
        xml()[:-300],
        xml(alternative),
        xml().replace(b"<PersonGivenName>", b"<PersonGivenNames>"),
        b"Olga Opdigtet 1111571231",
    ]


def test_logs_measures_and_answers_are_silent_about_the_patient(databank, tmp_path, clock, all_logs):
    answers = take_in(databank, [(None, data) for data in every_kind()], NOW, "request-1")
    (tmp_path / "in").mkdir()
    for number, data in enumerate(every_kind()):
        (tmp_path / "in" / f"{number}.txt").write_bytes(data)
    watcher = Watcher(databank, tmp_path / "in", clock, SeededIdentities(4, clock))
    watcher.round()
    assert watcher.round() == len(every_kind())
    told = [all_logs(), telemetry.exposition().decode(), repr(answers)]
    told += [path.read_text("latin-1") for path in (tmp_path / "in" / "out").iterdir()]
    told += [path.read_text() for path in (tmp_path / "in" / "refused").glob("*.findings.json")]
    for text in told:
        assert not [word for word in IDENTITY if word in text]


def test_errors_are_silent_about_the_patient(databank, database, all_logs):
    take_in(databank, [(None, edifact())], NOW, "request-1")
    (patient,) = databank.find_patients("1111571231")
    with database.connection() as connection:
        connection.execute("ALTER TABLE databank.result ADD CHECK (status = 'never') NOT VALID")
    with pytest.raises(Unavailable) as fault:
        take_in(databank, [(None, edifact(one(identifier="A")))], NOW, "request-1")
    with database.connection() as connection:
        connection.execute("DROP TABLE databank.result")
    with pytest.raises(psycopg.ProgrammingError) as broken:
        databank.history(patient.key)
    text = f"{fault.value!r} {fault.value.__cause__!r} {broken.value!r} {all_logs()}"
    assert not [word for word in IDENTITY if word in text]
