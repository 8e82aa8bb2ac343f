"""An OpenID Connect provider for tests: a real HTTP server on loopback that checks what a provider must check.

Faults can be switched on one by one, so that a test shows that each of them is noticed.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import threading
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, RSAKey


@cache
def _first_key() -> RSAKey:
    """One key for all tests: making one takes a while."""
    return RSAKey.generate_key(2048, {"kid": "first"})


class Provider:
    """One provider with one client. `faults` changes claims; `key` signs; `keys` are published."""

    def __init__(self, *, client_id: str = "labbro", client_secret: str | None = "hemmelig") -> None:
        self.client_id, self.client_secret = client_id, client_secret
        self.key: Any = _first_key()
        self.keys: list[Any] = [self.key]
        self.algorithm = "RS256"
        self.claims: dict[str, Any] = {}
        self.drop: set[str] = set()
        self.discovery_changes: dict[str, Any] = {}
        self.now = 0.0
        self.broken = False
        self.jwks_reads = 0
        self._codes: dict[str, dict[str, str]] = {}
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                provider.get(self)

            def do_POST(self) -> None:
                provider.post(self)

            def log_message(self, *_: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.issuer = f"http://127.0.0.1:{self._server.server_port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def rotate(self, key: Any | None = None) -> None:
        """Signs with a new key from now on; the old one is no longer published."""
        self.key = key or RSAKey.generate_key(2048, {"kid": secrets.token_hex(4)})
        self.keys = [self.key]

    def use_elliptic_curve(self) -> None:
        self.rotate(ECKey.generate_key("P-256", {"kid": "curve"}))
        self.algorithm = "ES256"

    def get(self, request: BaseHTTPRequestHandler) -> None:
        address = urlsplit(request.path)
        if self.broken:
            _answer(request, 503, {})
        elif address.path == "/.well-known/openid-configuration":
            _answer(request, 200, self._discovery())
        elif address.path == "/jwks":
            self.jwks_reads += 1
            _answer(request, 200, {"keys": [key.as_dict(private=False) for key in self.keys]})
        elif address.path == "/authorize":
            self._authorize(request, {name: values[0] for name, values in parse_qs(address.query).items()})
        else:
            _answer(request, 404, {})

    def post(self, request: BaseHTTPRequestHandler) -> None:
        body = request.rfile.read(int(request.headers["content-length"])).decode()
        form = {name: values[0] for name, values in parse_qs(body).items()}
        flow = self._codes.pop(form.get("code", ""), None)
        if flow is None or not self._client_fits(request, form) or not _verifier_fits(flow, form):
            _answer(request, 400, {"error": "invalid_grant"})
            return
        _answer(request, 200, {"access_token": "x", "token_type": "Bearer", "id_token": self._token(flow)})

    def _discovery(self) -> dict[str, Any]:
        told: dict[str, Any] = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "end_session_endpoint": f"{self.issuer}/bye",
            "authorization_response_iss_parameter_supported": True,
        }
        return told | self.discovery_changes

    def _authorize(self, request: BaseHTTPRequestHandler, asked: dict[str, str]) -> None:
        """Signs the only user in without a word, and sends the browser back with a code."""
        assert asked["response_type"] == "code"
        assert asked["client_id"] == self.client_id
        assert asked["code_challenge_method"] == "S256"
        assert "openid" in asked["scope"].split()
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        query = urlencode({"code": code, "state": asked["state"], "iss": self.issuer})
        request.send_response(302)
        request.send_header("location", f"{asked['redirect_uri']}?{query}")
        request.end_headers()

    def _client_fits(self, request: BaseHTTPRequestHandler, form: dict[str, str]) -> bool:
        if self.client_secret is None:
            return form.get("client_id") == self.client_id
        told = base64.b64encode(f"{self.client_id}:{self.client_secret}".encode()).decode()
        return request.headers.get("authorization") == f"Basic {told}"

    def _token(self, flow: dict[str, str]) -> str:
        claims: dict[str, Any] = {
            "iss": self.issuer,
            "aud": self.client_id,
            "sub": "kliniker-7",
            "name": "Dorte Opfundet",
            "organization": "Opdigtet Sygehus",
            "nonce": flow["nonce"],
            "iat": self.now,
            "exp": self.now + 300,
        }
        claims = {name: value for name, value in (claims | self.claims).items() if name not in self.drop}
        header = {"alg": self.algorithm, "kid": self.key.kid}
        if self.algorithm in ("none", "HS256"):
            return self._forged(header, claims)
        return jwt.encode(header, claims, self.key, algorithms=[self.algorithm])

    def _forged(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        """A token without a signature, or the classic confusion: signed with the public key as a shared secret."""
        signed = f"{_part(json.dumps(header).encode())}.{_part(json.dumps(claims).encode())}"
        if self.algorithm == "none":
            return f"{signed}."
        public = self.keys[0].as_pem(private=False)
        return f"{signed}.{_part(hmac.digest(public, signed.encode(), 'sha256'))}"


def _part(content: bytes) -> str:
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


def _verifier_fits(flow: dict[str, str], form: dict[str, str]) -> bool:
    digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
    return challenge == flow["code_challenge"] and form.get("redirect_uri") == flow["redirect_uri"]


def _answer(request: BaseHTTPRequestHandler, status: int, body: dict[str, Any]) -> None:
    content = json.dumps(body).encode()
    request.send_response(status)
    request.send_header("content-type", "application/json")
    request.send_header("content-length", str(len(content)))
    request.end_headers()
    request.wfile.write(content)
