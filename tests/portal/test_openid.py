"""Sign-in by OpenID Connect against a real provider over HTTP: the good way works, every fault is noticed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest

from labbro.errors import NotAllowed, Unavailable
from labbro.platform.clock import FixedClock
from labbro.portal.openid import FLOW_LASTS, OpenId
from labbro.portal.sessions import Actor

from .provider import Provider

BACK = "http://127.0.0.1:8400/sign-in/openid/back"


@pytest.fixture
def openid(provider: Provider, clock: FixedClock) -> OpenId:
    provider.now = clock.now().timestamp()
    return OpenId(
        issuer=provider.issuer,
        client_id=provider.client_id,
        client_secret=provider.client_secret,
        redirect_uri=BACK,
        clock=clock,
    )


def come_back(address: str) -> dict[str, str]:
    """What the browser does: goes to the provider and is sent back."""
    answer = httpx.get(address, follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith(f"{BACK}?")
    return {name: values[0] for name, values in parse_qs(urlsplit(answer.headers["location"]).query).items()}


def sign_in(openid: OpenId, **changes: str) -> Actor:
    address, flow = openid.start()
    return openid.finish(flow, come_back(address) | changes)


def test_a_person_signs_in(openid: OpenId, provider: Provider) -> None:
    assert sign_in(openid) == Actor(f"{provider.issuer}#kliniker-7", "Dorte Opfundet", "Opdigtet Sygehus")


def test_a_public_client_signs_in_with_pkce_alone(provider: Provider, clock: FixedClock) -> None:
    provider.client_secret = None
    provider.now = clock.now().timestamp()
    client = OpenId(issuer=provider.issuer, client_id="labbro", client_secret=None, redirect_uri=BACK, clock=clock)
    assert sign_in(client).name == "Dorte Opfundet"


def test_other_key_types_are_known(openid: OpenId, provider: Provider) -> None:
    provider.use_elliptic_curve()
    assert sign_in(openid).name == "Dorte Opfundet"


def test_a_changed_key_is_fetched_again(openid: OpenId, provider: Provider) -> None:
    sign_in(openid)
    provider.rotate()
    assert sign_in(openid).name == "Dorte Opfundet"
    assert provider.jwks_reads == 2


def test_keys_are_kept_between_sign_ins(openid: OpenId, provider: Provider) -> None:
    sign_in(openid)
    sign_in(openid)
    assert provider.jwks_reads == 1


def test_a_key_that_is_not_published_signs_nobody_in(openid: OpenId, provider: Provider) -> None:
    sign_in(openid)
    published = provider.keys
    provider.rotate()
    provider.keys = published
    refused(openid, "signature")


def refused(openid: OpenId, why: str, **changes: str) -> None:
    with pytest.raises(NotAllowed, match=why) as raised:
        sign_in(openid, **changes)
    assert raised.value.code == "sign-in-refused"
    assert "kliniker" not in str(raised.value)


CLAIM_FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"iss": "http://127.0.0.1:1"}, "another issuer"),
    ({"aud": "another"}, "another client"),
    ({"aud": ["another"]}, "another client"),
    ({"aud": ["labbro", "another"]}, "another client"),  # several audiences need azp
    ({"azp": "another"}, "another client"),
    ({"nonce": "another"}, "nonce"),
    ({"nonce": 7}, "nonce"),
    ({"exp": 1}, "expired"),
    ({"exp": "soon"}, "expired"),
    ({"iat": 9e12}, "future"),
    ({"nbf": 9e12}, "not valid yet"),
    ({"sub": ""}, "names nobody"),
]


@pytest.mark.parametrize(("claims", "why"), CLAIM_FAULTS)
def test_every_claim_is_checked(openid: OpenId, provider: Provider, claims: dict[str, Any], why: str) -> None:
    provider.claims = claims
    refused(openid, why)


@pytest.mark.parametrize("claim", ["iss", "aud", "nonce", "exp", "iat", "sub"])
def test_no_claim_may_be_missing(openid: OpenId, provider: Provider, claim: str) -> None:
    provider.drop = {claim}
    refused(openid, "refused")


@pytest.mark.parametrize("algorithm", ["none", "HS256"])
def test_weak_signatures_are_refused(openid: OpenId, provider: Provider, algorithm: str) -> None:
    provider.algorithm = algorithm
    refused(openid, "signature")


def test_the_answer_must_carry_the_state_the_code_and_the_issuer(openid: OpenId) -> None:
    refused(openid, "state", state="another")
    refused(openid, "another issuer", iss="http://127.0.0.1:1")
    refused(openid, "no code", code="")
    refused(openid, "no code", error="access_denied")
    address, flow = openid.start()
    answer = come_back(address)
    del answer["iss"]
    with pytest.raises(NotAllowed, match="does not name its issuer"):
        openid.finish(flow, answer)


def test_a_code_works_once_and_only_for_its_own_flow(openid: OpenId) -> None:
    address, flow = openid.start()
    answer = come_back(address)
    openid.finish(flow, answer)
    with pytest.raises(NotAllowed, match="did not accept the code"):
        openid.finish(flow, answer)
    _, other = openid.start()
    address, _ = openid.start()
    stolen = come_back(address) | {"state": other.state}
    with pytest.raises(NotAllowed, match="did not accept the code"):  # PKCE: another browser's verifier
        openid.finish(other, stolen)


def test_a_sign_in_may_not_take_for_ever(openid: OpenId, clock: FixedClock) -> None:
    address, flow = openid.start()
    answer = come_back(address)
    clock.advance(FLOW_LASTS + dt.timedelta(seconds=1))
    with pytest.raises(NotAllowed, match="too long"):
        openid.finish(flow, answer)


DISCOVERY_FAULTS: list[Callable[[Provider], dict[str, str]]] = [
    lambda _: {"issuer": "http://127.0.0.1:1"},
    lambda _: {"token_endpoint": "http://provider.invalid/token"},
    lambda _: {"jwks_uri": "ftp://127.0.0.1/keys"},
]


@pytest.mark.parametrize("fault", DISCOVERY_FAULTS)
def test_a_discovery_document_that_points_elsewhere_is_refused(
    openid: OpenId, provider: Provider, fault: Callable[[Provider], dict[str, str]]
) -> None:
    provider.discovery_changes = fault(provider)
    with pytest.raises(NotAllowed):
        openid.start()


def test_a_provider_that_is_away_is_told_as_such(openid: OpenId, provider: Provider) -> None:
    provider.broken = True
    with pytest.raises(Unavailable):
        openid.start()


def test_sign_out_at_the_provider_is_offered_where_it_offers_that(openid: OpenId, provider: Provider) -> None:
    told = openid.sign_out_address("http://127.0.0.1:8400/sign-in")
    assert told is not None
    assert told.startswith(f"{provider.issuer}/bye?client_id=labbro&post_logout_redirect_uri=")
