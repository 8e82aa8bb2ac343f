"""Sign-in by OpenID Connect: code flow with PKCE (S256), state and nonce, checked ID token.

`start` gives the address to send the browser to and what to remember meanwhile; `finish` takes what came back.
Everything the provider says is checked: OpenID Connect Core 1.0 (3.1.3.7), RFC 7636, RFC 9207.
"""

from __future__ import annotations

import base64
import datetime as dt
import hashlib
import hmac
import secrets
import threading
from collections.abc import Callable, Mapping
from typing import Any, TypeVar, cast
from urllib.parse import urlencode, urlsplit

import httpx
import msgspec
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from labbro.errors import NotAllowed, Unavailable
from labbro.platform.clock import Clock
from labbro.portal.sessions import Actor

ALGORITHMS = ("RS256", "PS256", "ES256", "RS384", "ES384", "PS384", "RS512", "PS512", "ES512", "EdDSA", "Ed25519")
LEEWAY = dt.timedelta(seconds=60)
FLOW_LASTS = dt.timedelta(minutes=10)
_KEEP_DISCOVERY = dt.timedelta(hours=1)
_TIMEOUT = httpx.Timeout(10.0)
_MOST_BYTES = 1_000_000
_T = TypeVar("_T")


class Flow(msgspec.Struct, frozen=True):
    """A sign-in under way: what must come back unchanged. `begun_at` is seconds since 1970."""

    state: str
    nonce: str
    verifier: str
    begun_at: float


class Provider(msgspec.Struct, frozen=True):
    """What the provider tells of itself (discovery document)."""

    issuer: str
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    end_session_endpoint: str | None = None
    token_endpoint_auth_methods_supported: tuple[str, ...] = ("client_secret_basic",)
    authorization_response_iss_parameter_supported: bool = False


class _TokenAnswer(msgspec.Struct, frozen=True):
    id_token: str


class OpenId:
    """One client at one provider. Safe for threads; keeps the discovery document and the keys for an hour."""

    def __init__(
        self,
        *,
        issuer: str,
        client_id: str,
        client_secret: str | None,
        redirect_uri: str,
        clock: Clock,
        new_text: Callable[[], str] = lambda: secrets.token_urlsafe(32),
    ) -> None:
        self.issuer = issuer
        self._client_id = client_id
        self._client_secret = client_secret
        self._redirect_uri = redirect_uri
        self._clock = clock
        self._new_text = new_text
        self._lock = threading.Lock()
        self._provider: Provider | None = None
        self._keys: KeySet | None = None
        self._read_at = dt.datetime.min.replace(tzinfo=dt.UTC)

    def start(self) -> tuple[str, Flow]:
        """The address of the provider's sign-in page, and the flow to remember in this browser only."""
        flow = Flow(self._new_text(), self._new_text(), self._new_text() + self._new_text(), self._seconds())
        challenge = base64.urlsafe_b64encode(hashlib.sha256(flow.verifier.encode()).digest()).rstrip(b"=").decode()
        question = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": self._redirect_uri,
            "scope": "openid profile",
            "state": flow.state,
            "nonce": flow.nonce,
            "code_challenge": challenge,
            "code_challenge_method": "S256",
        }
        endpoint = self.provider().authorization_endpoint
        return f"{endpoint}{'&' if urlsplit(endpoint).query else '?'}{urlencode(question)}", flow

    def finish(self, flow: Flow, answer: Mapping[str, str]) -> Actor:
        """Who signed in. `answer` is the query that the browser came back with.

        Raises NotAllowed (its message names the check, never a token) when anything does not fit, Unavailable when
        the provider does not answer.
        """
        provider = self.provider()
        if self._seconds() - flow.begun_at > FLOW_LASTS.total_seconds():
            raise _refused("the sign-in took too long")
        if not hmac.compare_digest(answer.get("state", "").encode(), flow.state.encode()):
            raise _refused("the state is not the one sent")
        told_issuer = answer.get("iss")
        if told_issuer is None and provider.authorization_response_iss_parameter_supported:
            raise _refused("the answer does not name its issuer")
        if told_issuer is not None and told_issuer != provider.issuer:
            raise _refused("the answer comes from another issuer")
        if "error" in answer or not answer.get("code"):
            raise _refused("the provider gave no code")
        claims = self._checked(self._redeem(provider, answer["code"], flow.verifier), flow.nonce, provider)
        return _actor(claims, provider.issuer)

    def provider(self) -> Provider:
        """The discovery document, at most an hour old. Raises Unavailable, or NotAllowed for another issuer's."""
        with self._lock:
            if self._provider is None or self._clock.now() - self._read_at > _KEEP_DISCOVERY:
                found = _decoded(_get(f"{self.issuer}/.well-known/openid-configuration"), Provider)
                if found.issuer.rstrip("/") != self.issuer:
                    raise _refused("the discovery document names another issuer")
                for address in (found.authorization_endpoint, found.token_endpoint, found.jwks_uri):
                    _must_be_safe(address)
                self._provider, self._keys, self._read_at = found, None, self._clock.now()
            return self._provider

    def sign_out_address(self, back: str) -> str | None:
        """Where a person can sign out at the provider too, if it offers that."""
        endpoint = self.provider().end_session_endpoint
        if endpoint is None:
            return None
        return f"{endpoint}?{urlencode({'client_id': self._client_id, 'post_logout_redirect_uri': back})}"

    def _redeem(self, provider: Provider, code: str, verifier: str) -> str:
        """The ID token for a code."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._redirect_uri,
            "code_verifier": verifier,
        }
        auth: httpx.BasicAuth | None = None
        if self._client_secret is None:
            form["client_id"] = self._client_id
        elif "client_secret_basic" in provider.token_endpoint_auth_methods_supported:
            auth = httpx.BasicAuth(_form_encoded(self._client_id), _form_encoded(self._client_secret))
        else:
            form |= {"client_id": self._client_id, "client_secret": self._client_secret}
        try:
            with httpx.Client(timeout=_TIMEOUT, follow_redirects=False) as client:
                answer = client.post(provider.token_endpoint, data=form, auth=auth or httpx.USE_CLIENT_DEFAULT)
        except httpx.HTTPError as error:
            raise Unavailable("The sign-in service does not answer.") from error
        if answer.status_code >= 500:
            raise Unavailable("The sign-in service does not answer.")
        if answer.status_code != 200:
            raise _refused("the provider did not accept the code")
        return _decoded(answer.content, _TokenAnswer).id_token

    def _checked(self, id_token: str, nonce: str, provider: Provider) -> dict[str, Any]:
        """The claims of an ID token: signature by the provider's key, issuer, audience, times and nonce all checked."""
        try:
            token = self._verified(id_token, provider)
        except (JoseError, ValueError) as error:
            raise _refused("the signature of the token does not hold") from error
        claims = token.claims
        if claims.get("iss") != provider.issuer:
            raise _refused("the token comes from another issuer")
        audience = claims.get("aud")
        audiences = cast("list[object]", audience) if isinstance(audience, list) else [audience]
        if self._client_id not in audiences:
            raise _refused("the token is meant for another client")
        if (len(audiences) > 1 or "azp" in claims) and claims.get("azp") != self._client_id:
            raise _refused("the token was given to another client")
        now, leeway = self._seconds(), LEEWAY.total_seconds()
        if not _is_time(claims.get("exp")) or claims["exp"] <= now - leeway:
            raise _refused("the token has expired")
        if not _is_time(claims.get("iat")) or claims["iat"] > now + leeway:
            raise _refused("the token is from the future")
        if _is_time(claims.get("nbf")) and claims["nbf"] > now + leeway:
            raise _refused("the token is not valid yet")
        told = claims.get("nonce")
        if not isinstance(told, str) or not hmac.compare_digest(told.encode(), nonce.encode()):
            raise _refused("the nonce is not the one sent")
        return claims

    def _verified(self, id_token: str, provider: Provider) -> jwt.Token:
        """The token, its signature checked; keys are read again once when none fits: providers change them."""
        fresh = self._keys is None
        keys = self._current_keys(provider, again=False)
        try:
            return jwt.decode(id_token, keys, algorithms=list(ALGORITHMS))
        except JoseError:
            if fresh:
                raise
        return jwt.decode(id_token, self._current_keys(provider, again=True), algorithms=list(ALGORITHMS))

    def _current_keys(self, provider: Provider, *, again: bool) -> KeySet:
        with self._lock:
            if self._keys is None or again:
                told = _decoded(_get(provider.jwks_uri), dict[str, list[dict[str, Any]]])
                kept = [
                    key for key in told.get("keys", []) if key.get("use", "sig") == "sig" and key.get("kty") != "oct"
                ]
                self._keys = KeySet.import_key_set(cast("Any", {"keys": kept}))
            return self._keys

    def _seconds(self) -> float:
        return self._clock.now().timestamp()


def _actor(claims: Mapping[str, Any], issuer: str) -> Actor:
    """The person: named by issuer and subject, which together never change."""
    subject = claims.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255:
        raise _refused("the token names nobody")
    name = next((claims[key] for key in ("name", "preferred_username") if isinstance(claims.get(key), str)), subject)
    organisation = claims.get("organization") or claims.get("organisation")
    return Actor(f"{issuer}#{subject}", name[:200], organisation[:200] if isinstance(organisation, str) else None)


def _get(address: str) -> bytes:
    try:
        with httpx.Client(timeout=_TIMEOUT, follow_redirects=False) as client:
            answer = client.get(address)
    except httpx.HTTPError as error:
        raise Unavailable("The sign-in service does not answer.") from error
    if answer.status_code != 200 or len(answer.content) > _MOST_BYTES:
        raise Unavailable("The sign-in service does not answer as it should.")
    return answer.content


def _decoded(content: bytes, kind: type[_T]) -> _T:
    try:
        return msgspec.json.decode(content, type=kind)
    except msgspec.MsgspecError as error:
        raise Unavailable("The sign-in service does not answer as it should.") from error


def _must_be_safe(address: str) -> None:
    """TLS, unless it stays on this machine."""
    told = urlsplit(address)
    if told.scheme != "https" and not (told.scheme == "http" and told.hostname in ("127.0.0.1", "localhost", "::1")):
        raise _refused("an address of the provider does not use TLS")


def _form_encoded(text: str) -> str:
    return urlencode({"": text})[1:]


def _is_time(told: object) -> bool:
    return isinstance(told, int | float) and not isinstance(told, bool)


def _refused(why: str) -> NotAllowed:
    return NotAllowed(f"The sign-in was refused: {why}.", code="sign-in-refused")
