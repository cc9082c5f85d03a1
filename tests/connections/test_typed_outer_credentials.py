"""What people type wrongly of a client certificate, extra headers and a proxy's login: one sentence beside
its field, by page and by REST, nothing saved and no secret shown again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from connections.models import Connection
from tests.callers import ApiCaller
from tests.connections.field_errors import field_errors
from tests.outgoing.certificates import Certificate, make

NEW = "/connections/new/jira/"
ENDED = make("alm-connect", days=-1, age=10)
AHEAD = make("alm-connect", days=30, age=-2)
GOOD = make("alm-connect")


def _locked(one: Certificate) -> str:
    return one.key_sealed_by("phrase")


BAD: list[tuple[str, dict[str, Any], str, str]] = [
    ("no key", {"client_certificate": GOOD.pem}, "client_key", "Paste the private key"),
    ("no certificate", {"client_key": GOOD.key_pem}, "client_certificate", "certificate that belongs"),
    ("no PEM", {"client_certificate": "hello"}, "client_certificate", "No certificate can be read"),
    ("another's key", {"client_certificate": GOOD.pem, "client_key": make().key_pem}, "client_key",
     "does not belong to the certificate"),
    ("a certificate as key", {"client_certificate": GOOD.pem, "client_key": GOOD.pem}, "client_key",
     "no private key"),
    ("half a key", {"client_certificate": GOOD.pem, "client_key": GOOD.key_pem.replace("M", "!")},
     "client_key", "cannot be read"),
    ("no passphrase", {"client_certificate": GOOD.pem, "client_key": _locked(GOOD)},
     "client_key_passphrase", "is encrypted"),
    ("wrong passphrase", {"client_certificate": GOOD.pem, "client_key": _locked(GOOD),
     "client_key_passphrase": "canary-wrong"}, "client_key_passphrase", "does not open"),
    ("ended", {"client_certificate": ENDED.pem, "client_key": ENDED.key_pem}, "client_certificate",
     "has ended on"),
    ("not yet", {"client_certificate": AHEAD.pem, "client_key": AHEAD.key_pem}, "client_certificate",
     "not valid before"),
    ("Authorization", {"extra_headers": "Authorization: Bearer canary-1"}, "extra_headers",
     "write themselves"),
    ("Cookie", {"extra_headers": "cookie: canary-2"}, "extra_headers", "write themselves"),
    ("Proxy-Authorization", {"extra_headers": "Proxy-Authorization: canary-3"}, "extra_headers",
     "write themselves"),
    ("no colon", {"extra_headers": "canary-4"}, "extra_headers", "no colon"),
    ("no name", {"extra_headers": "X Y: canary-5"}, "extra_headers", "no name of a header"),
    ("no value", {"extra_headers": "X-Gate:"}, "extra_headers", "Enter the value"),
    ("dots of nothing", {"extra_headers": "X-Gate: ••••••••"}, "extra_headers", "Enter the value"),
    ("twice", {"extra_headers": "X-Gate: a\nx-gate: b"}, "extra_headers", "twice"),
    ("six", {"extra_headers": "\n".join(f"X-{n}: canary-{n}" for n in range(6))}, "extra_headers",
     "At most 5"),
    ("letters", {"extra_headers": "X-Gate: canär"}, "extra_headers", "no header may hold"),
    ("password alone", {"proxy_password": "canary-6"}, "proxy_username", "Enter the user name"),
    ("user alone", {"proxy_username": "alm", "proxy_url": "http://p.example.com:1"}, "proxy_password",
     "Enter the password"),
    ("no proxy", {"proxy_username": "alm", "proxy_password": "canary-7"}, "proxy_url",
     "Enter the proxy"),
    ("colon", {"proxy_username": "a:b", "proxy_password": "x"}, "proxy_username", "no colon"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("typed", "place", "words"), [one[1:] for one in BAD], ids=[one[0] for one in BAD]
)
def test_bad_input_is_one_sentence_and_nothing_is_saved(
    typed: dict[str, Any],
    place: str,
    words: str,
    admin: User,
    client_of: Callable[..., Client],
    token_of: Callable[..., str],
) -> None:
    form = {"name": "J", "base_url": "https://jira.example.com", "verify_tls": "on", **typed}
    page = client_of(admin).post(NEW, form)
    text = page.content.decode()
    found = field_errors(text)
    assert (page.status_code, list(found)) == (422, [place])
    assert words in found[place]
    assert "canary" not in text
    assert not Connection.objects.exists()
    body = {name: value for name, value in form.items() if name != "verify_tls"}
    if "extra_headers" in body:
        lines = [line.partition(":") for line in str(body["extra_headers"]).splitlines()]
        if not all(colon for _, colon, _ in lines):
            return  # by REST a header is an object, so it has a value or none
        body["extra_headers"] = [
            {"name": name, **({"value": value.strip(" •")} if value.strip(" •") else {})}
            for name, _, value in lines
        ]
    caller = ApiCaller(token_of(admin))
    refused = caller.post("/api/v1/connections", body, expect=422)
    assert words in refused.json()["error"]["fields"][place][0]
    assert "canary" not in refused.text
    assert not Connection.objects.exists()
