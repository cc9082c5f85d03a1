"""A small OpenID provider on loopback: discovery, authorisation, tokens with PKCE, keys, userinfo.

It approves whoever asks, as `person`. `lies` makes it break one rule each; real sockets, real signatures.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "console", "client-secret-7Qx"  # of the console, as registered here
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
FOREIGN_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


class Provider(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.lies: set[str] = set()
        self.person = {"sub": "u-1", "preferred_username": "anna", "name": "Anna Ames"}
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[dict[str, str]] = []
        self.released = threading.Event()

    @property
    def issuer(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/realm"

    def discovery(self) -> dict[str, Any]:
        found = {
            "issuer": self.issuer + ("/other" if "issuer" in self.lies else ""),
            "authorization_endpoint": f"{self.issuer}/authorize",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/keys",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
            "token_endpoint_auth_methods_supported": ["client_secret_basic"],
        }
        if "no_token_endpoint" in self.lies:
            del found["token_endpoint"]
        return found

    def authorise(self, asked: dict[str, str]) -> str:
        """Where the browser goes next. `asked`: the query of the authorisation request."""
        self.asked.append(asked)
        state = {"state": asked["state"]}
        if "refuses" in self.lies:
            return f"{asked['redirect_uri']}?{urlencode({'error': 'access_denied', **state})}"
        code = secrets.token_urlsafe(16)
        self.codes[code] = asked
        return f"{asked['redirect_uri']}?{urlencode({'code': code, **state})}"

    def tokens(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """None for a wrong client, code, address or verifier."""
        asked = self.codes.pop(form.get("code", ""), None)
        basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        if (
            asked is None
            or authorization != f"Basic {basic}"
            or form.get("redirect_uri") != asked["redirect_uri"]
            or challenge != asked["code_challenge"]
        ):
            return None
        answer = {"access_token": "access-9Zt", "token_type": "Bearer", "expires_in": 60}
        return answer if "no_id_token" in self.lies else {**answer, "id_token": self.signed(asked)}

    def signed(self, asked: dict[str, str]) -> str:
        now, lies = int(time.time()), self.lies
        claims = {
            "iss": "https://elsewhere.example.com" if "token_issuer" in lies else self.issuer,
            "aud": "another" if "audience" in lies else CLIENT,
            "sub": self.person["sub"],
            "iat": now,
            "exp": now + (-600 if "expired" in lies else 60),
            "nonce": "another" if "nonce" in lies else asked.get("nonce", ""),
            "auth_time": now - (600 if "not_asked_again" in lies else 0),
        }
        if "no_nonce" in lies:
            del claims["nonce"]
        if "unsigned" in lies:
            return jwt.encode(claims, None, "none", {"kid": "k1"})
        if "hmac" in lies:
            return jwt.encode(claims, "x" * 40, "HS256", {"kid": "k1"})
        key = FOREIGN_KEY if "signature" in lies else KEY
        return jwt.encode(claims, key, "RS256", {"kid": "k9" if "key" in lies else "k1"})

    def userinfo(self) -> dict[str, Any]:
        return {**self.person, **({"sub": "u-2"} if "userinfo" in self.lies else {})}


class _Handler(BaseHTTPRequestHandler):
    server: Provider

    def log_message(self, *_: object) -> None:
        """Quiet."""

    def do_GET(self) -> None:
        asked, provider = urlsplit(self.path), self.server
        name = asked.path.removeprefix("/realm/")
        if name == "authorize":
            query = {key: values[0] for key, values in parse_qs(asked.query).items()}
            self.send_response(302)
            self.send_header("Location", provider.authorise(query))
            self.send_header("Content-Length", "0")
            self.end_headers()
        elif name == "keys":
            public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
            self._say({"keys": [{**public, "kid": "k1", "use": "sig", "alg": "RS256"}]})
        elif name == "userinfo" and self.headers["Authorization"] == "Bearer access-9Zt":
            self._say(provider.userinfo())
        elif name == ".well-known/openid-configuration":
            self._discovered(provider)
        else:
            self._say({}, 404)

    def _discovered(self, provider: Provider) -> None:
        if "drips" in provider.lies:
            self.wfile.write(b"HTTP/1.1 200 OK\r\n")
            while not provider.released.wait(0.2):
                self.wfile.write(b"X-Drip: 1\r\n")
        elif "no_json" in provider.lies:
            self._write(b"<html>hello</html>", 200)
        elif "fails" in provider.lies:
            self._say({"password": "inner-canary"}, 503)
        else:
            self._say(provider.discovery())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        form = {key: values[0] for key, values in parse_qs(body).items()}
        answer = self.server.tokens(form, self.headers.get("Authorization", ""))
        self._say(answer or {"error": "invalid_client"}, 200 if answer else 401)

    def _say(self, data: dict[str, Any], status: int = 200) -> None:
        self._write(json.dumps(data).encode(), status)

    def _write(self, body: bytes, status: int) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


@contextmanager
def running() -> Iterator[Provider]:
    provider = Provider()
    thread = threading.Thread(target=provider.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        provider.released.set()
        provider.shutdown()
        provider.server_close()
        thread.join(5)
