"""What each flavour does with right, wrong and missing Basic credentials."""

from __future__ import annotations

import requests

from jira_sandbox.server import Handle, running
from tests.sandbox.callers import Browser, Caller

MYSELF = "/rest/api/2/myself"


def ask(handle: Handle, path: str, name: str, secret: str) -> requests.Response:
    return requests.get(handle.url + path, auth=(name.encode(), secret.encode()), timeout=10)


def test_cloud_refuses_myself_and_answers_the_rest_as_anonymous(cloud: Handle) -> None:
    email = "svc-alm@example.com"
    assert ask(cloud, MYSELF, email, "wrong").status_code == 401
    elsewhere = ask(cloud, "/rest/api/2/project/search", email, "wrong")
    assert (elsewhere.status_code, elsewhere.json()["values"]) == (200, [])
    assert elsewhere.headers["X-Seraph-LoginReason"] == "AUTHENTICATED_FAILED"
    assert ask(cloud, "/rest/api/2/serverInfo", email, "wrong").status_code == 200


def test_cloud_refuses_the_account_password(cloud: Handle) -> None:
    answer = ask(cloud, "/rest/api/2/project", "svc-alm@example.com", "svc-alm-password")
    assert answer.status_code == 401
    assert "Basic authentication with passwords is deprecated" in answer.text


def test_datacenter_refuses_in_html_and_says_who_asks(datacenter: Handle) -> None:
    wrong = ask(datacenter, MYSELF, "svc-alm", "wrong")
    assert wrong.status_code == 401
    assert "text/html" in wrong.headers["Content-Type"]
    assert "AUTHENTICATED_FAILED" in wrong.text
    assert wrong.headers["X-AUSERNAME"] == "anonymous"
    right = ask(datacenter, MYSELF, "svc-alm", "svc-alm-password")
    assert right.headers["X-AUSERNAME"] == "svc-alm"


def test_three_failures_lock_until_a_browser_login(datacenter: Handle) -> None:
    for _ in range(3):
        assert ask(datacenter, MYSELF, "svc-alm", "wrong").status_code == 401
    locked = ask(datacenter, MYSELF, "svc-alm", "svc-alm-password")
    assert locked.status_code == 403
    assert locked.headers["X-Seraph-LoginReason"] == "AUTHENTICATION_DENIED"
    reason = locked.headers["X-Authentication-Denied-Reason"]
    assert reason == f"CAPTCHA_CHALLENGE; login-url={datacenter.url}/login.jsp"
    Browser(datacenter, "svc-alm").close()
    assert ask(datacenter, MYSELF, "svc-alm", "svc-alm-password").status_code == 200


def test_credentials_are_utf_8(datacenter: Handle) -> None:
    datacenter.site.users["tom"].password = "pässwörd-€"
    assert ask(datacenter, MYSELF, "tom", "pässwörd-€").status_code == 200


def test_version_11_has_basic_switched_off() -> None:
    with running("datacenter", version=11) as handle:
        answer = ask(handle, MYSELF, "svc-alm", "svc-alm-password")
        assert answer.status_code == 403
        assert "disabled on this instance" in answer.json()["message"]


def test_browsers_may_not_write_without_the_token(service: Caller, jira: Handle) -> None:
    browser_like = {"User-Agent": "Mozilla/5.0"}
    url = jira.url + "/rest/api/2/issue"
    refused = requests.post(url, json={}, headers=browser_like, auth=service.auth, timeout=10)
    assert (refused.status_code, refused.text) == (403, "XSRF check failed")
    checked = browser_like | {"X-Atlassian-Token": "no-check"}
    answer = requests.post(url, json={}, headers=checked, auth=service.auth, timeout=10)
    assert answer.status_code == 400


def test_personal_access_tokens_live_on_datacenter_only(datacenter: Handle, cloud: Handle) -> None:
    made = Caller(datacenter)("POST", "/rest/pat/latest/tokens", {
        "name": "board", "expirationDuration": 90})  # fmt: skip
    assert made.status_code == 201
    bearer = {"Authorization": "Bearer " + made.json()["rawToken"]}
    answer = requests.get(datacenter.url + MYSELF, headers=bearer, timeout=10)
    assert answer.json()["name"] == "svc-alm"
    assert requests.get(cloud.url + MYSELF, headers=bearer, timeout=10).status_code == 403
