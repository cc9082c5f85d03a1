"""An OAuth 2.0 server that nobody here wrote: Authlib, over HTTP, with PKCE and rotating refresh tokens.

Where Jira's own would be: `/authorize` (whoever comes has allowed) and `/rest/oauth2/latest/token`.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from authlib.integrations.django_oauth2.requests import DjangoOAuth2Request
from authlib.oauth2.rfc6749 import AuthorizationServer, ClientMixin, grants
from authlib.oauth2.rfc6750 import BearerTokenGenerator
from authlib.oauth2.rfc7636 import CodeChallenge
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse


@dataclass
class Client(ClientMixin):
    """An app whose secret goes in the body, as Atlassian's pages have it."""

    client_id: str
    secret: str
    callback: str

    def get_client_id(self) -> str:
        return self.client_id

    def get_default_redirect_uri(self) -> str:
        return self.callback

    def get_allowed_scope(self, scope: str) -> str:
        return scope

    def check_redirect_uri(self, redirect_uri: str) -> bool:
        return redirect_uri == self.callback

    def check_client_secret(self, client_secret: str) -> bool:
        return client_secret == self.secret

    def check_endpoint_auth_method(self, method: str, endpoint: str) -> bool:
        return method == "client_secret_post"

    def check_response_type(self, response_type: str) -> bool:
        return response_type == "code"

    def check_grant_type(self, grant_type: str) -> bool:
        return grant_type in ("authorization_code", "refresh_token")


@dataclass
class Given:
    """A code, or a pair of tokens."""

    client_id: str
    redirect_uri: str = ""
    scope: str = ""
    code_challenge: str = ""
    code_challenge_method: str = ""
    tokens: dict[str, Any] = field(default_factory=dict)
    revoked: bool = False

    def get_redirect_uri(self) -> str:
        return self.redirect_uri

    def get_scope(self) -> str:
        return self.scope

    def check_client(self, client: Client) -> bool:
        return client.client_id == self.client_id

    def is_expired(self) -> bool:
        return False

    def is_revoked(self) -> bool:
        return self.revoked


class CodeGrant(grants.AuthorizationCodeGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post"]

    def save_authorization_code(self, code: str, request: Any) -> None:
        given = request.payload.data
        self.server.codes[code] = Given(
            request.client.client_id,
            given.get("redirect_uri", ""),
            given.get("scope", ""),
            given.get("code_challenge", ""),
            given.get("code_challenge_method", ""),
        )

    def query_authorization_code(self, code: str, client: Client) -> Given | None:
        found: Given | None = self.server.codes.get(code)
        return found

    def delete_authorization_code(self, authorization_code: Given) -> None:
        codes = self.server.codes
        for code in [name for name, one in codes.items() if one is authorization_code]:
            del codes[code]

    def authenticate_user(self, authorization_code: Given) -> str:
        return "somebody"


class Renewal(grants.RefreshTokenGrant):
    TOKEN_ENDPOINT_AUTH_METHODS = ["client_secret_post"]
    INCLUDE_NEW_REFRESH_TOKEN = True

    def authenticate_refresh_token(self, refresh_token: str) -> Given | None:
        for one in self.server.given:
            if one.tokens.get("refresh_token") == refresh_token and not one.revoked:
                found: Given = one
                return found
        return None

    def authenticate_user(self, refresh_token: Given) -> str:
        return "somebody"

    def revoke_old_credential(self, refresh_token: Given) -> None:
        refresh_token.revoked = True


class Another(AuthorizationServer):
    def __init__(self, client: Client) -> None:
        super().__init__()
        self.client, self.codes, self.given = client, dict[str, Given](), list[Given]()
        numbers = iter(range(10**6))

        def made(*_words: Any, **_more: Any) -> str:
            return f"token-{next(numbers)}"

        self.register_token_generator("default", BearerTokenGenerator(made, made))
        self.register_grant(CodeGrant, [CodeChallenge(required=True)])
        self.register_grant(Renewal)

    def query_client(self, client_id: str) -> Client | None:
        return self.client if client_id == self.client.client_id else None

    def save_token(self, token: dict[str, Any], request: Any) -> None:
        self.given.append(Given(self.client.client_id, tokens=dict(token)))

    def create_oauth2_request(self, request: WSGIRequest) -> Any:
        return DjangoOAuth2Request(request)

    def handle_response(self, status: int, body: Any, headers: Iterable[tuple[str, str]]) -> Any:
        text = json.dumps(body) if isinstance(body, dict) else body or ""
        return HttpResponse(text, status=status, headers=dict(headers))

    def send_signal(self, name: str, *args: Any, **kwargs: Any) -> None:
        pass

    def __call__(self, environ: dict[str, Any], start_response: Any) -> list[bytes]:
        request = WSGIRequest(environ)
        if request.path.endswith("/authorize"):
            grant = self.get_consent_grant(request, end_user="somebody")
            answer = self.create_authorization_response(request, "somebody", grant)
        else:
            answer = self.create_token_response(request)
        start_response(f"{answer.status_code} {answer.reason_phrase}", list(answer.items()))
        return [answer.content]


class _Quiet(WSGIRequestHandler):
    def log_message(self, *words: Any) -> None:
        pass


@contextmanager
def another(client: Client) -> Iterator[str]:
    """Its address, until the end of the block."""
    server: WSGIServer = make_server("127.0.0.1", 0, Another(client), handler_class=_Quiet)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()
