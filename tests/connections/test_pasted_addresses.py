"""Whatever is pasted as Instance URL becomes Jira's base URL, or a plain sentence."""

from __future__ import annotations

import pytest

from almconnect.lib.api import Refused
from connections.address.instance import difference, trim

GOOD = [
    ("https://jira.example.com", "https://jira.example.com", 0),
    ("  https://jira.example.com/  ", "https://jira.example.com", 2),
    ("https://jira.example.com/browse/ABC-1", "https://jira.example.com", 1),
    ("https://jira.example.com/rest/api/2", "https://jira.example.com", 1),
    ("https://jira.example.com/jira/secure/Dashboard.jspa", "https://jira.example.com/jira", 1),
    ("https://jira.example.com/jira/login.jsp?os_destination=%2F", "https://jira.example.com/jira", 2),
    ("https://acme.atlassian.net/jira/software/projects/ABC/boards/1", "https://acme.atlassian.net", 1),
    ("jira.example.com:8443/jira/", "https://jira.example.com:8443/jira", 2),
    ("HTTPS://JIRA.Example.COM:443", "https://jira.example.com", 0),
    ("http://127.0.0.1:8090#top", "http://127.0.0.1:8090", 1),
    ("http://[::1]:8090/jira", "http://[::1]:8090/jira", 0),
    ("https://bücher.example", "https://xn--bcher-kva.example", 1),
    ("https://jira.example.com.", "https://jira.example.com", 1),
    ("https://jira.example.com.:8443/jira/", "https://jira.example.com:8443/jira", 2),
    ("localhost:8080", "https://localhost:8080", 1),
]  # fmt: skip
HOST = "https://jira.example.com"
# What stands behind the host in a browser → the context path that is kept.
PAGES = {
    "/jira/software/c/projects/ABC/boards/1": "",  # Cloud at an address of the customer's own
    "/jira/software/projects/ABC/boards/1/backlog": "",
    "/jira/core/projects/ABC/board": "",
    "/jira/servicedesk/projects/ABC/queues/custom/1": "",
    "/jira/your-work": "",
    "/jira/dashboards/10000": "",
    "/jira/projects?page=1": "",
    "/jira/index.jsp": "/jira",
    "/index.jsp": "",
    "/dashboards": "",
    "/jira/secure/RapidBoard.jspa?rapidView=1": "/jira",
    "/secure/RapidBoard.jspa?rapidView=1&view=detail": "",
    "/jira/projects/ABC/issues/ABC-1": "/jira",
    "/projects/ABC": "",
    "/jira/issues/?jql=project%20%3D%20ABC": "/jira",
    "/issues/?filter=-1": "",
    "/jira/plugins/servlet/applinks/listApplicationLinks": "/jira",
    "/plugins/servlet/project-config/ABC": "",
    "/jira/rest/api/2/serverInfo": "/jira",
    "/rest/agile/1.0/board": "",
    "/tools/jira/browse/ABC-1": "/tools/jira",
    "/jira/servicedesk/customer/portals": "/jira",
    "/jira/login.jsp;jsessionid=1": "/jira",
    "/jira/default.jsp": "/jira",
    "/jira": "/jira",
    "/ex/jira/11111111-2222-3333-4444-555555555555/rest/api/3/myself":
        "/ex/jira/11111111-2222-3333-4444-555555555555",
}  # fmt: skip
BAD = [
    ("", "Enter the address"),
    ("   ", "Enter the address"),
    ("ftp://jira.example.com", "begin with https"),
    ("javascript:alert(1)", "begin with https"),
    ("mailto:rita@example.com", "begin with https"),
    ("https://", "no valid host name"),
    ("https:///browse/ABC-1", "no valid host name"),
    ("https://svc:pass-9f3@jira.example.com", "Leave user name and password out"),
    ("svc:pass-9f3@jira.example.com", "Leave user name and password out"),
    ("https://pass-9f3@jira.example.com", "Leave user name and password out"),
    ("https://jira.example.com:99999", "port number"),
    ("https://jira.example.com:0", "Port 0"),
    ("https://[::1", "brackets"),
    ("https://[zz::1]", "brackets"),
    ("https://1.2.3", "no IPv4"),
    ("https://jira example.com", "spaces"),
    ("https://jira.example.com\\@evil.example.com", "backslashes"),
    ("https://-jira.example.com", "no valid host name"),
    ("https://jira..example.com", "no valid host name"),
    ("https://" + "a" * 600, "not one address"),
]


@pytest.mark.parametrize(("pasted", "url", "notes"), GOOD)
def test_is_trimmed_and_says_so(pasted: str, url: str, notes: int) -> None:
    found = trim(pasted)
    assert found.url == url
    assert len(found.notes) == notes
    assert trim(url).url == url


@pytest.mark.parametrize("page", PAGES)
def test_what_the_address_bar_shows_is_cut_to_the_base_url(page: str) -> None:
    found = trim(HOST + page)
    assert found.url == HOST + PAGES[page]
    assert trim(found.url).url == found.url
    gateway = page.startswith("/ex/")
    for site in ("https://acme.atlassian.net", "https://acme.jira.com"):
        assert trim(site + page).url == (site + PAGES[page] if gateway else site)


@pytest.mark.parametrize(("pasted", "words"), BAD)
def test_is_refused_in_words(pasted: str, words: str) -> None:
    with pytest.raises(Refused) as caught:
        trim(pasted)
    assert words in caught.value.fields["base_url"][0]
    assert "pass-9f3" not in repr(caught.value.fields) + str(caught.value)


def test_what_was_cut_is_named() -> None:
    said = {
        "https://jira.example.com.": "The dot at the end of the host name was removed.",
        "https://jira.example.com/browse/ABC-1": "“/browse/ABC-1” was removed",
        "https://bücher.example": "xn--bcher-kva.example",
        " https://jira.example.com": "Spaces around the address were removed.",
        "https://jira.example.com/": "The slash at the end was removed.",
        "https://jira.example.com?a=1": "What follows the address",
        "jira.example.com": "https:// was added in front.",
    }
    for pasted, words in said.items():
        (note,) = trim(pasted).notes
        assert words in note, pasted


def test_differences_are_named() -> None:
    found = difference("http://jira.example.com", "https://jira.example.com:8443/jira")
    assert [part.split(":")[0] for part in found.split("; ")] == [
        "scheme", "port", "context path",
    ]  # fmt: skip
    assert difference("https://JIRA.example.com:443/", "https://jira.example.com") == ""
