"""What a proxy, a single sign-on or a missing product does to answers can be switched on."""

from __future__ import annotations

import pytest
import requests

from jira_sandbox.server import Handle
from tests.sandbox import dancing
from tests.sandbox.callers import Browser, Caller
from tests.sandbox.test_faults import fault

MYSELF = "/rest/api/2/myself"
BOARDS = "/rest/agile/1.0/board"


@pytest.mark.parametrize(
    ("name", "value", "status", "location"),
    [
        ("redirect", "https://new.example.com/jira", 301, f"https://new.example.com/jira{MYSELF}"),
        (
            "login_redirect",
            True,
            302,
            "https://sso.example.com/login?back=%2Frest%2Fapi%2F2%2Fmyself",
        ),
        ("html_page", True, 200, None),
        ("empty", True, 200, None),
        ("huge", "0.1", 200, None),
    ],
)
def test_something_else_answers(
    service: Caller, jira: Handle, name: str, value: object, status: int, location: str | None
) -> None:
    fault(service, name, value)
    answer = service("GET", MYSELF)
    assert (answer.status_code, answer.headers.get("Location")) == (status, location)
    sizes = {"empty": range(1), "huge": range(100_000, 100_100)}
    assert len(answer.content) in sizes.get(name, range(1000))


def test_without_jira_software(service: Caller, jira: Handle) -> None:
    fault(service, "no_software", path="^/")
    answer = service("GET", BOARDS)
    assert (answer.status_code, answer.json()["message"]) == (404, f"null for uri: {BOARDS}")
    assert service("GET", MYSELF).status_code == 200


def test_without_a_licence(service: Caller, jira: Handle) -> None:
    fault(service, "not_licensed")
    answer = service("GET", MYSELF)
    assert answer.status_code == 403
    if jira.site.cloud:
        assert "not licensed" in answer.text
    else:
        assert answer.headers["X-Seraph-LoginReason"] == "AUTHORISATION_FAILED"


def test_a_proxy_without_the_authorization(service: Caller, jira: Handle) -> None:
    fault(service, "no_authorization")
    answer = service("GET", "/rest/api/2/project")
    assert (answer.status_code, answer.json()) == (200, [])
    assert service("GET", MYSELF).status_code == 401


def test_a_proxy_that_looks_like_a_browser(service: Caller, jira: Handle) -> None:
    fault(service, "browser_agent")
    answer = service("DELETE", "/rest/api/2/issue/FALCON-1")
    assert (answer.status_code, answer.text) == (403, "XSRF check failed")


def test_a_proxy_that_repeats(service: Caller, jira: Handle) -> None:
    before = len(jira.site.issues)
    fault(service, "request_doubled", method="POST", times=1)
    service.story()
    assert len(jira.site.issues) == before + 2


def test_a_proxy_that_rewrites_the_address(jira: Handle, key_pair: tuple[str, str]) -> None:
    token = dancing.danced(jira, key_pair)
    Caller(jira)("POST", "/sandbox/faults", {"name": "proxy_address", "value": "http://inner:81"})
    with dancing.signed(key_pair[0], token) as oauth:
        answer = oauth.get(jira.url + MYSELF, timeout=10)
    assert answer.status_code == 401
    assert "oauth_problem=signature_invalid" in answer.text
    assert "http%253A%252F%252Finner%253A81%252Frest" in answer.text


@pytest.mark.parametrize("place", ["both", "header", "body", "json", "object", "html"])
def test_an_oauth_problem_in_any_place(service: Caller, jira: Handle, place: str) -> None:
    fault(service, "oauth_problem", f"token_expired {place}")
    answer = service("GET", MYSELF)
    assert answer.status_code == 401
    assert ("token_expired" in answer.headers["WWW-Authenticate"]) is (place in ("both", "header"))
    assert ("token_expired" in answer.text) is (place != "header")


def test_settings_are_put_right_together(jira: Handle) -> None:
    site = jira.site
    values = {"basic_disabled": True, "captcha": "rita", "proxy_address": "http://a"}
    for name, value in values.items():
        fault(Caller(jira, None), name, value)
    assert (site.users["rita"].locked, site.seen_as) == (True, "http://a")
    assert site.basic_disabled is not site.cloud
    requests.delete(jira.url + "/sandbox/faults", timeout=10)
    assert (site.users["rita"].locked, site.seen_as, site.basic_disabled) == (False, None, False)


@pytest.mark.parametrize(
    ("name", "value"), [("captcha", "nobody"), ("tls_certificate", "expired"), ("clock_skew", "x")]
)
def test_a_setting_that_does_not_suit(service: Caller, jira: Handle, name: str, value: str) -> None:
    answer = service("POST", "/sandbox/faults", {"name": name, "value": value})
    assert answer.status_code == 400


def test_the_page_shows_and_puts_right_a_setting(jira: Handle) -> None:
    browser = Browser(jira, "rita")
    browser.open("/sandbox/faults")
    token = browser.hidden()["atl_token"]

    def send(**fields: str) -> str:
        answer = browser.session.post(
            jira.url + "/sandbox/faults/switch", data={"atl_token": token} | fields, timeout=10
        )
        return answer.text

    assert "+600 s" in send(name="clock_skew", value="600")
    assert "+0 s" in send(name="clock_skew", off="on")
    browser.close()
