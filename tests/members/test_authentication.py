"""Systems prove themselves with a key of their own; their tokens are short and end with the key."""

from __future__ import annotations

import base64
import datetime as dt
import hmac
import ssl
import uuid
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from labbro.errors import LabbroError
from labbro.members import acts
from labbro.members.authentication import Authentication, CallFacts
from labbro.members.authentication.assertions import TYPE
from labbro.members.authentication.callers import NOBODY
from labbro.members.authentication.refusals import TokenRefused
from labbro.members.changes import HOUSE
from labbro.members.directory import Directories
from labbro.platform.settings import Settings

from .building import DAY, NOW, World, new_key, public

ISSUER = "https://labbro.example"
SECONDS = dt.timedelta(seconds=1)


@pytest.fixture
def settings(tmp_path: Any) -> Settings:
    return Settings(data_dir=tmp_path, secret=bytes(range(32)), public_url=ISSUER)


@pytest.fixture
def authentication(world: World, settings: Settings) -> Authentication:
    return another_process(world, settings)


def another_process(world: World, settings: Settings) -> Authentication:
    seconds = lambda: world.clock.now().timestamp()  # noqa: E731 - the snapshot ages by the test's clock
    return Authentication(world.database, Directories(world.database, seconds), settings, world.clock, world.identities)


def assertion(world: World, name: str = "nord", *, key: Any = None, alg: str = "ES256", **changes: Any) -> str:
    """A system's signed assertion; a claim changed to None is left out."""
    client, seconds = str(world.ids[f"installation-{name}"]), int(world.clock.now().timestamp())
    claims = {
        "iss": client,
        "sub": client,
        "aud": ISSUER + "/oauth/token",
        "exp": seconds + 120,
        "iat": seconds,
        "jti": str(uuid.uuid4()),
        **{name: value for name, value in changes.items() if name != "kid"},
    }
    header = {"alg": alg} | ({"kid": changes["kid"]} if "kid" in changes else {})
    told = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode(header, told, key or world.keys[name], algorithms=[alg])


def form(told: str, **more: str) -> dict[str, str]:
    return {"grant_type": "client_credentials", "client_assertion_type": TYPE, "client_assertion": told, **more}


def in_base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def signed_with_our_public_key(world: World) -> str:
    """The old trick: HS256 with the public key, which anybody knows, as the secret."""
    _, claims, _ = assertion(world).split(".")
    head = in_base64(b'{"alg":"HS256"}')
    secret = world.keys["nord"].as_pem(private=False)
    return f"{head}.{claims}.{in_base64(hmac.digest(secret, f'{head}.{claims}'.encode(), 'sha256'))}"


def bearer(authentication: Authentication, world: World, name: str = "nord") -> CallFacts:
    token = authentication.token(form(assertion(world, name)), CallFacts()).access_token
    return CallFacts(authorization=f"Bearer {token}")


def code(call: Any, *given: Any) -> str:
    """The code of the refusal; empty where there is none."""
    try:
        call(*given)
    except LabbroError as error:
        return error.code if error.message_da != error.message else "told in one language only"
    return ""


def test_a_system_gets_a_token_for_ten_minutes_and_is_recognised_by_it(
    world: World, authentication: Authentication
) -> None:
    answer = authentication.token(form(assertion(world)), CallFacts())
    assert (answer.token_type, answer.expires_in) == ("Bearer", 600)
    caller = authentication.caller_of(CallFacts(authorization=f"Bearer {answer.access_token}"))
    assert caller == world.system("nord")
    world.clock.advance(600 * SECONDS)
    assert code(authentication.caller_of, CallFacts(authorization=f"Bearer {answer.access_token}")) == "not-recognised"


def test_any_process_with_the_same_secret_takes_the_token(
    world: World, authentication: Authentication, settings: Settings
) -> None:
    assert another_process(world, settings).caller_of(bearer(authentication, world)).kind == "system"
    other = msgspec.structs.replace(settings, secret=bytes(32))
    assert code(another_process(world, other).caller_of, bearer(authentication, world)) == "not-recognised"


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (ECKey.generate_key("P-256"), "ES256"),
        (OKPKey.generate_key("Ed25519"), "EdDSA"),
        (OKPKey.generate_key("Ed25519"), "Ed25519"),
        (RSAKey.generate_key(2048), "PS256"),
    ],
    ids=["ES256", "EdDSA", "Ed25519", "PS256"],
)
def test_every_agreed_algorithm_is_taken(world: World, authentication: Authentication, key: Any, alg: str) -> None:
    jwk = msgspec.convert(key.as_dict(private=False), acts.PublicKey)
    installation = world.ids["installation-nord"]
    world.do(HOUSE, acts.AddKey, installation_id=installation, jwk=jwk, valid_from=NOW, valid_to=NOW + DAY)
    assert authentication.token(form(assertion(world, key=key, alg=alg)), CallFacts()).token_type == "Bearer"


def test_an_assertion_is_taken_once_even_by_several_processes(
    world: World, authentication: Authentication, settings: Settings
) -> None:
    told = form(assertion(world))
    authentication.token(told, CallFacts())
    assert code(another_process(world, settings).token, told, CallFacts()) == "invalid-client"


def seconds_from_now(count: int) -> int:
    return int(NOW.timestamp()) + count


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"aud": "https://elsewhere.example"}, "aud must be"),
        ({"aud": [ISSUER, "https://elsewhere.example"]}, "aud must be"),
        ({"aud": None}, "aud must be"),
        ({"exp": None}, "exp is missing"),
        ({"exp": seconds_from_now(-61)}, "exp is missing or past"),
        ({"exp": seconds_from_now(3600)}, "more than ten minutes"),
        ({"exp": float("nan")}, "no signed JWT"),
        ({"exp": True}, "exp is missing"),
        ({"iat": seconds_from_now(120)}, "in the future"),
        ({"nbf": seconds_from_now(120)}, "in the future"),
        ({"iss": "somebody"}, "iss and sub"),
        ({"jti": None}, "jti"),
        ({"jti": "short"}, "jti"),
        ({"sub": "nobody"}, "no signed JWT"),
        ({"kid": "another key"}, "no registered key"),
    ],
)
def test_an_assertion_that_does_not_hold_is_refused(
    world: World, authentication: Authentication, changes: dict[str, Any], words: str
) -> None:
    with pytest.raises(TokenRefused, match=words) as told:
        authentication.token(form(assertion(world, **changes)), CallFacts())
    assert (told.value.error, told.value.status) == ("invalid_client", 401)


@pytest.mark.parametrize("seconds", [-59, 59])
def test_clocks_may_differ_by_a_minute(world: World, authentication: Authentication, seconds: int) -> None:
    told = assertion(world, exp=seconds_from_now(60 if seconds > 0 else seconds), iat=seconds_from_now(seconds))
    assert authentication.token(form(told), CallFacts()).token_type == "Bearer"


def test_another_s_key_and_our_own_public_key_as_a_secret_sign_nothing(
    world: World, authentication: Authentication
) -> None:
    for told in (
        assertion(world, key=world.keys["syd"]),
        assertion(world, key=new_key()),
        signed_with_our_public_key(world),
    ):
        with pytest.raises(TokenRefused, match="no registered key"):
            authentication.token(form(told), CallFacts())
    client = {"iss": str(world.ids["installation-nord"]), "sub": str(world.ids["installation-nord"])}
    parts = [in_base64(msgspec.json.encode(part)) for part in ({"alg": "none"}, client)]
    with pytest.raises(TokenRefused):
        authentication.token(form(".".join([*parts, ""])), CallFacts())


@pytest.mark.parametrize(
    "told",
    [
        {},
        {"grant_type": "password"},
        {"grant_type": "client_credentials"},
        {"grant_type": "client_credentials", "client_assertion": "x"},
        form(""),
        form("a.b.c"),
        form("x" * 10_000),
        form("é.é.é"),
    ],
)
def test_anything_else_gets_no_token(authentication: Authentication, told: dict[str, str]) -> None:
    with pytest.raises(TokenRefused):
        authentication.token(told, CallFacts())


def test_a_client_id_must_be_the_one_that_signed(world: World, authentication: Authentication) -> None:
    other = str(world.ids["installation-syd"])
    assert code(authentication.token, form(assertion(world), client_id=other), CallFacts()) == "invalid-client"


def test_a_revoked_key_gets_no_token_and_its_tokens_end_everywhere_within_a_second(
    world: World, authentication: Authentication, settings: Settings
) -> None:
    other = another_process(world, settings)
    facts = bearer(authentication, world)
    assert other.caller_of(facts).kind == "system"
    world.do(world.person("nord"), acts.RevokeCredential, credential_id=world.ids["key-nord"])
    world.clock.advance(SECONDS)
    assert code(other.caller_of, facts) == "key-revoked"
    assert code(other.token, form(assertion(world)), CallFacts()) == "key-revoked"


def test_only_the_owner_of_a_key_learns_that_it_was_revoked(world: World, authentication: Authentication) -> None:
    world.do(HOUSE, acts.RevokeCredential, credential_id=world.ids["key-nord"])
    assert code(authentication.token, form(assertion(world, key=new_key())), CallFacts()) == "invalid-client"


def test_old_and_new_key_both_work_while_they_overlap(world: World, authentication: Authentication) -> None:
    key = new_key()
    end = NOW + dt.timedelta(hours=1)
    world.do(
        world.system("nord"),
        acts.AddKey,
        installation_id=world.ids["installation-nord"],
        jwk=public(key),
        valid_from=NOW,
        valid_to=NOW + 300 * DAY,
    )
    world.do(world.system("nord"), acts.EndCredential, credential_id=world.ids["key-nord"], valid_to=end)
    facts = [
        bearer(authentication, world),
        CallFacts(
            authorization="Bearer " + authentication.token(form(assertion(world, key=key)), CallFacts()).access_token
        ),
    ]
    assert [authentication.caller_of(one).installation_id for one in facts] == [world.ids["installation-nord"]] * 2
    world.clock.advance(2 * dt.timedelta(hours=1))
    assert code(authentication.token, form(assertion(world)), CallFacts()) == "key-expired"
    assert authentication.token(form(assertion(world, key=key)), CallFacts()).token_type == "Bearer"


def test_a_token_of_a_key_registered_just_now_is_taken_by_every_process(
    world: World, authentication: Authentication, settings: Settings
) -> None:
    other = another_process(world, settings)
    other.caller_of(bearer(authentication, world, "syd"))  # its copy of the members is fresh now
    key = new_key()
    installation = world.ids["installation-nord"]
    world.do(HOUSE, acts.AddKey, installation_id=installation, jwk=public(key), valid_from=NOW, valid_to=NOW + DAY)
    token = authentication.token(form(assertion(world, key=key)), CallFacts()).access_token
    assert other.caller_of(CallFacts(authorization=f"Bearer {token}")).installation_id == installation


@pytest.mark.parametrize("shown", ["Bearer", "Bearer x", "Bearer a.b.c", "Basic abc", "Bearer " + "x" * 9000, "æ"])
def test_whatever_else_is_shown_recognises_nobody(authentication: Authentication, shown: str) -> None:
    assert code(authentication.caller_of, CallFacts(authorization=shown)) == "not-recognised"


def test_a_changed_token_is_none(world: World, authentication: Authentication) -> None:
    head, body, signature = bearer(authentication, world).authorization.split(".")
    claims = msgspec.json.decode(base64.urlsafe_b64decode(body + "=="))
    claims["sub"] = str(world.ids["installation-syd"])
    forged = in_base64(msgspec.json.encode(claims))
    assert code(authentication.caller_of, CallFacts(authorization=f"{head}.{forged}.{signature}")) == "not-recognised"


# People


def test_a_person_is_recognised_by_issuer_and_subject(world: World, authentication: Authentication) -> None:
    caller = authentication.caller_of(CallFacts(signed_in="https://login.example#alfa"))
    assert caller == world.person("alfa")
    assert code(authentication.caller_of, CallFacts(signed_in="https://evil.example#alfa")) == "person-unknown"
    assert "Opdigtet" not in caller.actor


def test_the_demonstration_s_people_are_known_in_the_demonstration_only(
    world: World, authentication: Authentication, settings: Settings
) -> None:
    world.do(HOUSE, acts.AddPerson, issuer="demonstration", subject="olga", name="Olga", role="operator")
    facts = CallFacts(signed_in="demonstration:olga")
    assert code(authentication.caller_of, facts) == "person-unknown"
    shown = another_process(world, msgspec.structs.replace(settings, demonstration=True))
    assert shown.caller_of(facts).role == "operator"


# TLS client certificates


def client_certificate(days: int = 30) -> x509.Certificate:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "nord.example")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(NOW - DAY).not_valid_after(NOW + days * DAY)
    return made.sign(key, hashes.SHA256())


def pem(certificate: x509.Certificate) -> str:
    return certificate.public_bytes(serialization.Encoding.PEM).decode()


def rfc_9440(certificate: x509.Certificate) -> str:
    return f":{base64.b64encode(ssl.PEM_cert_to_DER_cert(pem(certificate))).decode()}:"


def test_a_registered_client_certificate_recognises_a_system_in_both_spellings(
    world: World, authentication: Authentication
) -> None:
    certificate = client_certificate()
    done = world.do(
        world.system("nord"),
        acts.AddClientCertificate,
        installation_id=world.ids["installation-nord"],
        pem=pem(certificate),
    )
    for header in (rfc_9440(certificate), quote(pem(certificate))):
        caller = authentication.caller_of(CallFacts(client_certificate=header))
        assert (caller.laboratory_id, caller.credential_id) == (world.ids["nord"], done.id)
    for header in (rfc_9440(client_certificate()), ":AAAA:", "x", "%", ":" + "A" * 40_000 + ":"):
        assert code(authentication.caller_of, CallFacts(client_certificate=header)) == "not-recognised"


def test_a_token_given_for_a_certificate_is_bound_to_it(world: World, authentication: Authentication) -> None:
    certificate, installation = client_certificate(), world.ids["installation-nord"]
    world.do(HOUSE, acts.AddClientCertificate, installation_id=installation, pem=pem(certificate))
    shown = CallFacts(client_certificate=rfc_9440(certificate))
    asked = {"grant_type": "client_credentials", "client_id": str(installation)}
    token = f"Bearer {authentication.token(asked, shown).access_token}"
    assert authentication.caller_of(CallFacts(authorization=token, client_certificate=shown.client_certificate))
    assert code(authentication.caller_of, CallFacts(authorization=token)) == "not-recognised"
    assert code(authentication.token, {**asked, "client_id": str(uuid.uuid4())}, shown) == "invalid-client"


def test_a_certificate_ends_by_itself_and_by_revocation(world: World, authentication: Authentication) -> None:
    certificate = client_certificate(days=1)
    facts = CallFacts(client_certificate=rfc_9440(certificate))
    done = world.do(
        HOUSE, acts.AddClientCertificate, installation_id=world.ids["installation-nord"], pem=pem(certificate)
    )
    world.clock.advance(DAY)
    assert code(authentication.caller_of, facts) == "key-expired"
    world.do(HOUSE, acts.RevokeCredential, credential_id=done.id)
    world.clock.advance(SECONDS)
    assert code(authentication.caller_of, facts) == "key-revoked"


# Plain HTTP


def test_each_call_over_plain_http_is_counted_for_its_laboratory(world: World, authentication: Authentication) -> None:
    facts = msgspec.structs.replace(bearer(authentication, world), over_plain=True)
    for _ in range(3):
        assert authentication.caller_of(facts).over_plain
    authentication.token(form(assertion(world)), CallFacts(over_plain=True))
    assert code(authentication.caller_of, CallFacts(over_plain=True)) == "not-recognised"
    counted = {one.laboratory_id: one.calls for one in authentication.plain_use(NOW.date() - DAY)}
    assert counted == {world.ids["nord"]: 4, NOBODY: 1}
    assert authentication.plain_use(NOW.date() + DAY) == []
