"""Every answer that Jira gives in refusing becomes the one error that it amounts to."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest

from jira_client import errors
from jira_client.protocol import Request, read
from outgoing.wire import WireResponse
from tests.jira_client.servers import answer

READ = Request("GET", "/rest/api/2/issue/{issue}", {"issue": "1"})
WRITE = Request("POST", "/rest/api/2/issue", json={})
HTML = {"Content_Type": "text/html"}

TABLE: list[tuple[str, WireResponse, type[errors.JiraError]]] = [
    ("400 fields", answer({"errorMessages": [], "errors": {"summary": "no"}}, 400), errors.Invalid),
    ("401", answer({"message": "no", "status-code": 401}, 401), errors.AuthenticationRefused),
    (
        "401 html",
        answer(None, 401, b"<html><title>Unauthorized (401)</title></html>", **HTML),
        errors.AuthenticationRefused,
    ),
    ("403", answer({"errorMessage": "no"}, 403), errors.PermissionRefused),
    (
        "403 captcha",
        answer(
            {},
            403,
            X_Seraph_LoginReason="AUTHENTICATION_DENIED",
            X_Authentication_Denied_Reason="CAPTCHA_CHALLENGE; login-url=https://j/login.jsp",
        ),
        errors.CaptchaRequired,
    ),
    (
        "403 basic off",
        answer({"message": "Basic Authentication has been disabled on this instance."}, 403),
        errors.BasicDisabled,
    ),
    (
        "401 cloud password",
        answer(None, 401, b"Basic authentication with passwords is deprecated.", **HTML),
        errors.BasicDisabled,
    ),
    (
        "403 personal token on Cloud",
        answer({"message": "Failed to parse Connect Session Auth Token"}, 403),
        errors.WrongToken,
    ),
    ("403 xsrf", answer(None, 403, b"XSRF check failed", **HTML), errors.XsrfRefused),
    ("404", answer({"errorMessages": ["Issue does not exist"]}, 404), errors.NotFound),
    ("409", answer({}, 409), errors.ConflictRefused),
    ("410", answer({"errorMessages": ["The requested API has been removed."]}, 410), errors.Gone),
    ("413", answer({}, 413), errors.TooBig),
    ("422", answer({}, 422), errors.WorkflowInvalid),
    ("429", answer({}, 429, Retry_After="7"), errors.RateLimited),
    ("500", answer(None, 500, b"<html><title>Oops</title></html>"), errors.ServerFault),
    ("503", answer(None, 503, b""), errors.ServerFault),
    ("418", answer({}, 418), errors.JiraError),
    ("302 login", answer(None, 302, b"", Location="https://sso.corp/login?x=1"), errors.Redirected),
    ("200 as nobody", answer([], X_AUSERNAME="anonymous"), errors.AnonymousAnswer),
    (
        "200 as nobody on Cloud",
        answer([], X_Seraph_LoginReason="AUTHENTICATED_FAILED"),
        errors.AnonymousAnswer,
    ),
    ("404 as nobody", answer({}, 404, X_AUSERNAME="anonymous"), errors.AnonymousAnswer),
    ("200 empty", answer(None, 200, b""), errors.NotJson),
    ("200 page", answer(None, 200, b"<html><title>x</title></html>"), errors.NotJson),
    ("200 garbage", answer(None, 200, b"{nope"), errors.NotJson),
]


@pytest.mark.parametrize(
    ("response", "kind"), [row[1:] for row in TABLE], ids=[r[0] for r in TABLE]
)
def test_answer_becomes_error(response: WireResponse, kind: type[errors.JiraError]) -> None:
    with pytest.raises(errors.JiraError) as caught:
        read(READ, response)
    assert type(caught.value) is kind
    assert (caught.value.method, caught.value.path) == ("GET", "/rest/api/2/issue/{issue}")
    assert not caught.value.outcome_unknown


@pytest.mark.parametrize(
    ("response", "unknown"),
    [
        (answer(None, 502, b"<html>"), True),
        (answer(None, 200, b"<html>"), True),
        (answer(None, 201, b""), True),
        (answer({}, 400), False),
        (answer({}, 429), False),
        (answer(None, 302, b"", Location="/login"), False),
    ],
)
def test_a_write_tells_whether_it_may_have_happened(response: WireResponse, unknown: bool) -> None:
    with pytest.raises(errors.JiraError) as caught:
        read(WRITE, response)
    assert caught.value.outcome_unknown is unknown


def test_jiras_words_are_kept_apart_and_shortened() -> None:
    body: Any = {"errorMessages": ["Bad <b>thing</b>\n\x07" + "x" * 900], "errors": {"due": "late"}}
    with pytest.raises(errors.Invalid) as caught:
        read(READ, answer(body, 400))
    assert caught.value.field_errors == {"due": "late"}
    assert caught.value.messages[0].startswith("Bad thing x")
    assert len(caught.value.messages[0]) <= 300


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7.0), ("Mon, 23 Nov 2026 10:00:30 GMT", 30.0), ("soon", None), ("-5", None)],
)
def test_retry_after_in_both_forms(value: str, seconds: float | None) -> None:
    response = answer({}, 429, Retry_After=value, RateLimit_Reason="jira-burst-based")
    response = dataclasses.replace(response, date=datetime(2026, 11, 23, 10, tzinfo=UTC))
    with pytest.raises(errors.RateLimited) as caught:
        read(READ, response)
    assert caught.value.retry_after == seconds
    assert caught.value.reason == "jira-burst-based"


def test_a_redirect_shows_no_query() -> None:
    location = "https://user:pw@sso.corp/saml?SAMLRequest=secret#x"
    with pytest.raises(errors.Redirected) as caught:
        read(READ, answer(None, 302, b"", Location=location))
    assert caught.value.location == "https://sso.corp/saml"
    assert caught.value.to_login


def test_a_login_page_is_called_by_its_name() -> None:
    page = b"<html><form><input name='os_username'><input type='password'></form></html>"
    with pytest.raises(errors.NotJson) as caught:
        read(READ, answer(None, 200, page))
    assert caught.value.kind == "login_page"


@pytest.mark.parametrize(
    "value", ["86400000", "9" * 20, "9" * 400, "Fri, 20 Nov 2037 10:00:30 GMT", "3601.5"]
)
@pytest.mark.parametrize("status", [429, 503])
def test_nobody_is_believed_who_asks_for_more_than_an_hour(value: str, status: int) -> None:
    response = answer({}, status, Retry_After=value)
    response = dataclasses.replace(response, date=datetime(2026, 11, 23, 10, tzinfo=UTC))
    with pytest.raises(errors.JiraError) as caught:
        read(READ, response)
    assert caught.value.retry_after == errors.LONGEST_WAIT == 3600.0
