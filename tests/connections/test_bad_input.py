"""Wrong input in the wizard: a plain sentence beside its field, no other field blamed, nothing saved."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from accounts.models import AuditEntry
from connections.models import Connection, SealedSecret
from jira_sandbox.server import Handle
from tests.connections.field_errors import field_errors

pytestmark = pytest.mark.django_db
GOOD = {
    "name": "Jira",
    "base_url": "https://jira.example.com",
    "verify_tls": "on",
    "username": "svc-alm",
    "password": "pass-9f3",
    "token": "pass-9f3",
}
NO_PEM = "-----BEGIN CERTIFICATE-----\nnope\n-----END CERTIFICATE-----"
ADDRESSES = [
    ("", "This field is required"),
    ("   ", "Enter the address"),
    ("ftp://jira.example.com", "must begin with https:// or http://"),
    ("javascript:alert(1)", "must begin with https:// or http://"),
    ("https://svc:pass-9f3@jira.example.com", "Leave user name and password out"),
    ("svc:pass-9f3@jira.example.com", "Leave user name and password out"),
    ("https://jira.example.com:99999", "check the port number"),
    ("https://[zz::1]", "brackets"),
    ("https://bü cher.example", "spaces"),
    ("https://\u2488.example", "host name"),
    ("https://1.2.3", "no IPv4"),
    ("https://" + "a" * 600, "at most 500 characters"),
    ("http://169.254.169.254/latest/meta-data", "not allowed to call the address"),
    ("http://[fe80::1]", "not allowed to call the address"),
    ("http://[::ffff:169.254.169.254]", "not allowed to call the address"),
    ("http://0.0.0.0", "not allowed to call the address"),
    ("http://10.1.2.3", "not allowed to call the address"),
    ("https://192.168.7.7", "not allowed to call the address"),
    ("http://[fd00::1]:8080", "not allowed to call the address"),
    ("https://nowhere.invalid", "has no address"),
]
FIELDS = [
    ("oauth1", "name", "", "This field is required"),
    ("oauth1", "name", "n" * 101, "at most 100 characters"),
    ("oauth1", "name", "a\u202eb", "cannot be shown"),
    ("oauth1", "ca_bundle", "nonsense", "No certificate can be read"),
    ("oauth1", "ca_bundle", NO_PEM, "No certificate can be read"),
    ("oauth1", "ca_bundle", "-----BEGIN RSA PRIVATE KEY-----", "This holds a private key"),
    ("oauth1", "ca_bundle", "x" * 200_001, "at most 200000 characters"),
    ("oauth1", "fingerprint", "12:34", "64 hexadecimal digits"),
    ("oauth1", "fingerprint", "g" * 64, "64 hexadecimal digits"),
    ("oauth1", "fingerprint", "a" * 121, "at most 120 characters"),
    ("oauth1", "api_url", "ftp://internal", "must begin with https:// or http://"),
    ("oauth1", "api_url", "https://svc:pass-9f3@internal", "Leave user name and password out"),
    ("oauth1", "api_url", "http://169.254.169.254", "not allowed to call the address"),
    ("oauth1", "api_url", "https://" + "a" * 600, "at most 500 characters"),
    ("basic", "username", "", "This field is required"),
    ("basic", "username", "a:b", "cannot hold a colon"),
    ("basic", "username", "u" * 256, "at most 255 characters"),
    ("basic", "password", "", "Enter the password or token"),
    ("basic", "password", "   ", "Enter the password or token"),
    ("basic", "password", "two\nlines", "line break"),
    ("basic", "password", "p" * 10_001, "at most 10000 characters"),
    ("pat", "token", "", "Enter the password or token"),
    ("pat", "token", "two words", "This is no token"),
    ("pat", "token", "tökén", "This is no token"),
    ("pat", "token", "p" * 10_001, "at most 10000 characters"),
]


@pytest.fixture
def send(admin: Any, client_of: Callable[..., Client]) -> Callable[..., Any]:
    browser = client_of(admin)

    def post(**values: str) -> Any:
        return browser.post("/connections/new/jira/", GOOD | values)

    return post


def judge(answer: Any, field: str, words: str) -> None:
    errors = field_errors(answer.content.decode())
    assert answer.status_code == 422
    assert list(errors) == [field]
    assert words in errors[field]
    assert "pass-9f3" not in errors[field]
    assert not Connection.objects.exists()
    assert not SealedSecret.objects.exists()
    assert not AuditEntry.objects.filter(action__startswith="connection.").exists()


@pytest.mark.parametrize(("address", "words"), ADDRESSES)
@pytest.mark.parametrize("method", ["oauth1", "basic", "pat"])
def test_an_address(send: Callable[..., Any], method: str, address: str, words: str) -> None:
    judge(send(method=method, base_url=address), "base_url", words)


@pytest.mark.parametrize(("method", "field", "value", "words"), FIELDS)
def test_a_field(send: Callable[..., Any], method: str, field: str, value: str, words: str) -> None:
    judge(send(method=method, **{field: value}), field, words)


def test_a_name_in_use(send: Callable[..., Any], cloud: Handle) -> None:
    assert send(method="oauth1", base_url=cloud.url).status_code == 302
    again = send(method="oauth1", base_url=cloud.url)
    assert field_errors(again.content.decode()) == {
        "name": "Another connection has this name. Choose another one."
    }
    assert Connection.objects.count() == 1


def test_an_error_is_found_only_in_its_own_element() -> None:
    page = '<p>wrong</p><div id="id_name_error"><div>too long</div></div><div>wrong</div>'
    assert field_errors(page) == {"name": "too long"}


def test_unknown_methods_are_oauth(send: Callable[..., Any], cloud: Handle) -> None:
    answer = send(method="kerberos", base_url=cloud.url)
    assert answer.status_code == 302
    assert Connection.objects.get().auth_method == "oauth1"
