"""The pages: what a person does there is what the REST API then tells, with its permissions."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from jira_sandbox.server import Handle, running
from tests.sandbox.callers import Browser, Caller
from tests.sandbox.dancing import CONSUMER, request_token


@pytest.fixture
def browse(jira: Handle) -> Iterator[Callable[[str], Browser]]:
    """Browsers of people, closed afterwards."""
    opened: list[Browser] = []

    def open(name: str) -> Browser:
        opened.append(Browser(jira, name))
        return opened[-1]

    yield open
    for one in opened:
        one.close()


Browse = Callable[[str], Browser]


def test_a_person_works_on_an_issue(service: Caller, jira: Handle, browse: Browse) -> None:
    browser = browse("rita")
    browser.open("/projects/FALCON")
    browser.submit("/projects/FALCON", type="10001", summary="By <hand>", description="a\r\nb")
    assert "By &lt;hand&gt;" in browser.page.text
    key = browser.page.url.rpartition("/")[2]
    fields = {"summary": "By hand", "description": "c", "points": "5", "labels": "x", "assignee":
              "tom", "parent": "ART-1"}  # fmt: skip
    browser.submit(f"/browse/{key}/edit", **fields)
    browser.submit(f"/browse/{key}/transition", transition="21")
    browser.submit(f"/browse/{key}/sprint", sprint="3")
    browser.submit(f"/browse/{key}/link", type="10000", other="OTTER-1")
    shown = service.fields(key)
    assert (shown["summary"], shown["labels"], shown["status"]["name"]) == (
        "By hand", ["x"], "In Progress")  # fmt: skip
    assert shown["assignee"]["displayName"] == "Tom Falconer"
    assert shown[jira.site.field_of("points").id] == 5.0
    assert shown["issuelinks"][0]["outwardIssue"]["key"] == "OTTER-1"
    assert service.keys(f"key = {key} AND sprint = 3") == [key]
    browser.submit(f"/browse/{key}/unlink", link=shown["issuelinks"][0]["id"])
    assert service.fields(key)["issuelinks"] == []


def test_what_the_person_may_not_do_is_refused(jira: Handle, browse: Browse) -> None:
    browser = browse("rita")
    browser.open("/browse/FALCON-1")
    assert browser.submit("/browse/FALCON-1/delete").status_code == 403
    assert jira.site.issue("FALCON-1")


def test_grants_are_changed_by_an_admin_only(jira: Handle, browse: Browse) -> None:
    site, path = jira.site, "/secure/admin/permissions"
    change = {"project": "FALCON", "user": "svc-alm", "permission": "LINK_ISSUES", "granted": ""}
    browser = browse("rita")
    browser.open("/projects/FALCON")
    assert browser.submit(path, **change).status_code == 403
    assert site.may(site.users["svc-alm"], "LINK_ISSUES", site.project("FALCON"))
    browser = browse("admin")
    browser.open(path)
    browser.submit(path, **change)
    assert not site.may(site.users["svc-alm"], "LINK_ISSUES", site.project("FALCON"))


def test_a_form_needs_its_sessions_token(jira: Handle, browse: Browse) -> None:
    browser = browse("admin")
    answer = browser.session.post(jira.url + "/browse/FALCON-1/delete", data={}, timeout=10)
    assert answer.status_code == 403
    assert jira.site.issue("FALCON-1")


def test_pages_send_strangers_to_the_login_and_back(jira: Handle, browse: Browse) -> None:
    browser = browse("rita")
    browser.session.cookies.clear()
    browser.open("/browse/FALCON-1?x=1")
    assert "/login.jsp?os_destination=%2Fbrowse%2FFALCON-1%3Fx%3D1" in browser.page.url
    browser.submit("/login.jsp", os_username="tom", os_password="tom-password")
    assert browser.page.url == jira.url + "/browse/FALCON-1?x=1"
    browser.session.cookies.clear()
    browser.open("/login.jsp?os_destination=//evil.example")
    browser.submit("/login.jsp", os_username="tom", os_password="tom-password")
    assert browser.page.url.startswith(jira.url)


def test_the_link_pages_use_the_guides_words(
    jira: Handle, browse: Browse, key_pair: tuple[str, str]
) -> None:
    browser = browse("admin")
    path = "/plugins/servlet/applinks/createApplicationLink"
    assert "Create link" in browser.open("/plugins/servlet/applinks/listApplicationLinks").text
    kind = "Direct application link using OAuth 1.0" if jira.site.cloud else "Atlassian product"
    first = browser.open(path).text
    assert all(word in first for word in (kind, "Application URL"))
    assert ("Next" if jira.site.cloud else "Continue") in first
    second = browser.submit(path, connection_type="oauth1", application_url="https://board").text
    assert "Configure Application URL" in second
    third = browser.submit(path).text
    assert all(word in third for word in ("Application Name", "Create incoming link"))
    fourth = browser.submit(path, application_name="Board", incoming="on").text
    assert all(word in fourth for word in ("Consumer Key", "Consumer Name", "Public Key"))
    wrong = browser.submit(path, consumer_key="k", consumer_name="n", public_key="no key").text
    assert "could not be read" in wrong
    browser.submit(path, consumer_key="k", consumer_name="n", public_key=key_pair[1])
    assert jira.site.parts["oauth"].register.consumer("k").name == "Board"


def test_a_token_is_revoked_in_the_profile(
    jira: Handle, browse: Browse, key_pair: tuple[str, str]
) -> None:
    from tests.sandbox.dancing import danced, signed

    token = danced(jira, key_pair)
    browser = browse("svc-alm")
    browser.open("/plugins/servlet/oauth/users/access-tokens")
    browser.submit("/plugins/servlet/oauth/users/access-tokens", token=token["oauth_token"])
    with signed(key_pair[0], token) as oauth:
        answer = oauth.get(jira.url + "/rest/api/2/myself", timeout=10)
    assert (answer.status_code, "token_rejected" in answer.text) == (401, True)


def test_data_center_8_asks_for_no_connection_type(key_pair: tuple[str, str]) -> None:
    with running("datacenter", version=8, context="/jira") as handle:
        admin = Browser(handle, "admin")
        path = "/plugins/servlet/applinks/createApplicationLink"
        page = admin.open(path)
        assert "Create new link" in page.text
        assert 'type="radio"' not in page.text
        admin.submit(path, application_url="http://127.0.0.1:8000")
        admin.submit(path)
        admin.submit(path, application_name="Board", incoming="on")
        admin.submit(path, consumer_key=CONSUMER, consumer_name="B", public_key=key_pair[1])
        assert CONSUMER in admin.page.text
        admin.close()
        assert request_token(handle, key_pair[0])["oauth_token"]
