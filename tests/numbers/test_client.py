"""The client: shows who it is, says what was asked, and knows what an answer, or the lack of one, means."""

from __future__ import annotations

import datetime as dt
import stat
from collections.abc import Callable
from pathlib import Path
from uuid import UUID

import httpx
import msgspec
import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OKPKey, RSAKey

from labbro.errors import Conflict, LabbroError, NotAllowed, NotConfigured, NotFound, TooMany, Unavailable, WrongUse
from labbro.numbers.client import NumberClient
from labbro.numbers.credentials import Credentials, make_key
from labbro.numbers.model import Attendance, Drawn, DrawRequest, ReleaseRequest, Series, Statement
from labbro.numbers.space import Space
from labbro.platform.clock import FixedClock
from labbro.platform.identities import SeededIdentities

START = dt.datetime(2026, 3, 2, 12, tzinfo=dt.UTC)
CLIENT_ID = UUID(int=42)
REQUEST = DrawRequest(request_id=UUID(int=7), count=3)
SERIES = Series(
    series_id=UUID(int=8), space="npn", round=1, count=3, first_position=0, first_number=Space().number(0),
    last_number=Space().number(2), account_id=UUID(int=1), laboratory_id=None, vendor_id=None, system_id=None,
    manual=False, request_id=REQUEST.request_id, drawn_at=START,
)  # fmt: skip
DRAWN = msgspec.json.encode(Drawn(series=SERIES, again=False, nonce="n"))

Handler = Callable[[httpx.Request], httpx.Response]


class Net:
    """Answers tokens, and everything else by a handler; remembers the requests."""

    def __init__(self, handler: Handler | None = None) -> None:
        self.handler = handler or (lambda _: httpx.Response(201, content=DRAWN))
        self.requests: list[httpx.Request] = []
        self.tokens = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path == "/oauth/token":
            self.tokens += 1
            return httpx.Response(
                200, json={"access_token": f"t{self.tokens}", "token_type": "Bearer", "expires_in": 600}
            )
        return self.handler(request)

    @property
    def asked(self) -> list[httpx.Request]:
        return [request for request in self.requests if request.url.path != "/oauth/token"]


def client_of(net: Net, clock: FixedClock | None = None, retries: int = 0) -> NumberClient:
    clock = clock or FixedClock(START)
    return NumberClient(
        "https://numbers.example/",
        Credentials(CLIENT_ID, OKPKey.generate_key("Ed25519", {"kid": "one"})),
        clock=clock,
        identities=SeededIdentities(1, clock),
        transport=httpx.MockTransport(net),
        retries=retries,
        sleep=lambda _: None,
    )


def test_a_draw_says_what_is_asked_and_gives_what_came() -> None:
    net = Net()
    drawn = client_of(net).draw(REQUEST)
    assert drawn.series == SERIES
    (asked,) = net.asked
    assert (asked.method, str(asked.url)) == ("POST", "https://numbers.example/numbers/series")
    assert asked.headers["authorization"] == "Bearer t1"
    assert msgspec.json.decode(asked.content, type=DrawRequest) == REQUEST


def test_the_assertion_is_what_the_service_expects() -> None:
    clock = FixedClock(START)
    for key, algorithm in (
        (OKPKey.generate_key("Ed25519", {"kid": "k"}), "Ed25519"),
        (ECKey.generate_key("P-256", {"kid": "k"}), "ES256"),
        (RSAKey.generate_key(2048, {"kid": "k"}), "PS256"),
    ):
        told = Credentials(CLIENT_ID, key).assertion("https://numbers.example", clock.now(), UUID(int=5))
        opened = jwt.decode(told, key, algorithms=[algorithm])
        assert opened.header["kid"] == "k"
        assert opened.claims["iss"] == opened.claims["sub"] == str(CLIENT_ID)
        assert opened.claims["aud"] == "https://numbers.example"
        assert opened.claims["exp"] - opened.claims["iat"] == 120
        assert len(opened.claims["jti"]) >= 8


def test_a_token_is_kept_until_shortly_before_its_end() -> None:
    net, clock = Net(), FixedClock(START)
    client = client_of(net, clock)
    client.draw(REQUEST)
    clock.advance(dt.timedelta(seconds=500))
    client.draw(REQUEST)
    assert net.tokens == 1
    clock.advance(dt.timedelta(seconds=60))
    client.draw(REQUEST)
    assert net.tokens == 2


def test_a_token_that_is_refused_is_renewed_once() -> None:
    net = Net(
        lambda request: httpx.Response(201 if request.headers["authorization"] == "Bearer t2" else 401, content=DRAWN)
    )
    assert client_of(net).draw(REQUEST).series == SERIES
    assert net.tokens == 2
    always = Net(lambda _: httpx.Response(401, json={"code": "not-recognised", "detail": "no"}))
    with pytest.raises(NotAllowed) as raised:
        client_of(always).draw(REQUEST)
    assert raised.value.code == "not-recognised"
    assert always.tokens == 2


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "series-too-large", WrongUse),
        (403, "account-closed", NotAllowed),
        (404, "series-unknown", NotFound),
        (409, "request-id-reused", Conflict),
        (429, "daily-limit", TooMany),
        (503, "database-behind", Unavailable),
        (500, "error", Unavailable),
    ],
)
def test_a_problem_becomes_its_error_with_code_and_both_sentences(
    status: int, code: str, kind: type[LabbroError]
) -> None:
    body = {
        "code": code,
        "detail": "In English.",
        "detail_da": "På dansk.",
        "type": "x",
        "title": "y",
        "status": status,
    }
    with pytest.raises(kind) as raised:
        client_of(Net(lambda _: httpx.Response(status, json=body))).draw(REQUEST)
    assert (raised.value.code, raised.value.message, raised.value.message_da) == (code, "In English.", "På dansk.")


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (httpx.ConnectError("no"), "service-unreachable"),
        (httpx.ConnectTimeout("no"), "service-unreachable"),
        (httpx.ReadTimeout("no"), "outcome-unknown"),
        (httpx.ReadError("no"), "outcome-unknown"),
        (httpx.WriteError("no"), "outcome-unknown"),
        (httpx.RemoteProtocolError("no"), "outcome-unknown"),
        (httpx.Response(502, text="bad gateway"), "outcome-unknown"),
        (httpx.Response(504), "outcome-unknown"),
        (httpx.Response(201, text="<html>"), "outcome-unknown"),
        (httpx.Response(201, json={"series": {}}), "outcome-unknown"),
        (httpx.Response(302, headers={"location": "http://elsewhere.example"}), "http-302"),
    ],
)
def test_what_is_not_known_is_never_taken_as_not_done(fault: Exception | httpx.Response, code: str) -> None:
    def handler(_: httpx.Request) -> httpx.Response:
        if isinstance(fault, Exception):
            raise fault
        return fault

    with pytest.raises(LabbroError) as raised:
        client_of(Net(handler)).draw(REQUEST)
    assert raised.value.code == code


def test_a_call_of_unknown_outcome_is_sent_again_with_the_same_request_id() -> None:
    answers = iter([httpx.ReadTimeout("lost"), httpx.ConnectError("down"), httpx.Response(200, content=DRAWN)])

    def handler(_: httpx.Request) -> httpx.Response:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    net = Net(handler)
    assert client_of(net, retries=2).draw(REQUEST).series == SERIES
    assert len({request.content for request in net.asked}) == 1
    assert len(net.asked) == 3


def test_an_unknown_outcome_stays_unknown_when_the_service_cannot_be_reached_afterwards() -> None:
    answers = iter([httpx.ReadTimeout("lost"), httpx.ConnectError("down")])

    def handler(_: httpx.Request) -> httpx.Response:
        raise next(answers)

    with pytest.raises(Unavailable) as raised:
        client_of(Net(handler), retries=1).draw(REQUEST)
    assert raised.value.code == "outcome-unknown"


def test_a_problem_is_not_sent_again() -> None:
    net = Net(lambda _: httpx.Response(409, json={"code": "request-id-reused", "detail": "no"}))
    with pytest.raises(Conflict):
        client_of(net, retries=5).draw(REQUEST)
    assert len(net.asked) == 1


def test_no_token_means_nothing_was_asked() -> None:
    class Refusing(Net):
        def __call__(self, request: httpx.Request) -> httpx.Response:
            self.requests.append(request)
            return httpx.Response(
                401, json={"error": "invalid_client", "error_description": "revoked", "code": "key-revoked"}
            )

    net = Refusing()
    with pytest.raises(NotAllowed) as raised:
        client_of(net).draw(REQUEST)
    assert raised.value.code == "key-revoked"
    assert net.asked == []


def test_the_other_calls_go_to_their_addresses() -> None:
    seen: list[tuple[str, str]] = []

    def handler(request: httpx.Request) -> httpx.Response:
        seen.append((request.method, str(request.url.raw_path, "ascii")))
        return httpx.Response(404, json={"code": "series-unknown", "detail": "no"})

    client = client_of(Net(handler))
    statement = Statement(agent_id=UUID(int=1), call=1)
    for call in (
        lambda: client.attend(Attendance(request_id=UUID(int=1), statement=statement)),
        lambda: client.release(ReleaseRequest(request_id=UUID(int=1), series_id=UUID(int=2), reason="over")),
        lambda: client.look_up("1234567890123"),
        lambda: client.look_up("../oauth/token"),
        lambda: client.series(UUID(int=2)),
        lambda: client.my_series(before=UUID(int=2), limit=10),
        client.space,
    ):
        with pytest.raises(NotFound):
            call()
    two = UUID(int=2)
    assert seen == [
        ("POST", "/numbers/attendances"),
        ("POST", f"/numbers/series/{two}/releases"),
        ("GET", "/numbers/1234567890123"),
        ("GET", "/numbers/..%2Foauth%2Ftoken"),
        ("GET", f"/numbers/series/{two}"),
        ("GET", f"/numbers/series?limit=10&before={two}"),
        ("GET", "/numbers/space"),
    ]


@pytest.mark.parametrize("address", ["http://numbers.example", "ftp://x", "numbers.example", "https://", ""])
def test_only_https_is_spoken_off_loopback(address: str) -> None:
    with pytest.raises(NotConfigured, match="https"):
        NumberClient(address, Credentials(CLIENT_ID, OKPKey.generate_key("Ed25519")))


def test_a_key_is_made_once_for_its_owner_only_and_read_back(tmp_path: Path) -> None:
    path = tmp_path / "keys" / "key.json"
    public = make_key(path, "stock-2026")
    assert set(public) <= {"kty", "crv", "x", "kid", "use"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    told = Credentials.from_file(CLIENT_ID, path).assertion("https://x", START, UUID(int=1))
    assert jwt.decode(told, OKPKey.import_key(public), algorithms=["Ed25519"]).header["kid"] == "stock-2026"
    with pytest.raises(NotConfigured, match="already"):
        make_key(path, "again")


@pytest.mark.parametrize("kind", ["EC", "RSA", "OKP"])
def test_keys_in_pem_are_read(tmp_path: Path, kind: str) -> None:
    key = {"EC": ECKey.generate_key("P-256"), "RSA": RSAKey.generate_key(2048), "OKP": OKPKey.generate_key("Ed25519")}[
        kind
    ]
    path = tmp_path / "key.pem"
    path.write_bytes(key.as_pem(private=True))
    Credentials.from_file(CLIENT_ID, path).assertion("https://x", START, UUID(int=1))


@pytest.mark.parametrize("content", ["", "{}", "no key", '{"kty": "oct", "k": "AAAA"}', '{"kty": "OKP"}'])
def test_a_file_without_a_key_is_refused_without_quoting_it(tmp_path: Path, content: str) -> None:
    path = tmp_path / "key"
    path.write_text(content)
    with pytest.raises(NotConfigured) as raised:
        Credentials.from_file(CLIENT_ID, path)
    assert "AAAA" not in raised.value.message


def test_a_public_key_is_not_taken_for_a_private_one(tmp_path: Path) -> None:
    path = tmp_path / "key"
    path.write_bytes(msgspec.json.encode(OKPKey.generate_key("Ed25519").as_dict(private=False)))
    with pytest.raises(NotConfigured, match="public"):
        Credentials.from_file(CLIENT_ID, path)
    with pytest.raises(NotConfigured, match="cannot be read"):
        Credentials.from_file(CLIENT_ID, tmp_path / "none")
