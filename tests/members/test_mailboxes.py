"""The rule of the functional mailbox."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from labbro.members.mailboxes import looks_personal


@pytest.mark.parametrize(
    "mailbox",
    [
        "lab@klithavn.example",
        "kba.drift@klithavn.example",
        "npn-drift@alfa.example",
        "vagtlab2@nord.example",
        "patologisk.institut@klithavn.example",
        "Blodbanken@syd.example",
        "labsupport@beta.example",
        "klithavn@region.example",
    ],
)
def test_a_mailbox_of_a_function_gives_no_warning(mailbox: str) -> None:
    assert looks_personal(mailbox) is None


@pytest.mark.parametrize(
    ("mailbox", "code"),
    [
        ("mette.hansen@klithavn.example", "mailbox-name"),
        ("hans@klithavn.example", "mailbox-name"),
        ("xenia.ravnborg@klithavn.example", "mailbox-two-words"),
        ("hjk@klithavn.example", "mailbox-initials"),
        ("lab.klithavn@gmail.com", "mailbox-free-mail"),
        ("MH02@klithavn.example", "mailbox-initials"),
    ],
)
def test_a_mailbox_that_looks_like_a_person_s_gives_a_warning(mailbox: str, code: str) -> None:
    found = looks_personal(mailbox)
    assert found is not None
    assert found.code == code


def test_the_contact_s_own_name_in_the_address_is_found() -> None:
    assert looks_personal("ravnborg@klithavn.example") is None
    found = looks_personal("ravnborg@klithavn.example", "Xenia Ravnborg")
    assert found is not None
    assert found.code == "mailbox-name"


@given(st.text(max_size=80), st.text(max_size=40))
def test_anything_can_be_asked(mailbox: str, name: str) -> None:
    looks_personal(mailbox, name)
