"""A person's browser in Jira for tests: logs in, makes application links, allows or denies access."""

from __future__ import annotations

import re
from html import unescape
from urllib.parse import parse_qs, urlsplit

import requests

from jira_sandbox.oauth.mount import provider_of
from jira_sandbox.server import Handle


class JiraBrowser:
    """One person, signed in to the sandbox by its login page."""

    def __init__(self, jira: Handle, username: str) -> None:
        self.jira = jira
        self.http = requests.Session()
        self.http.trust_env = False
        self.submit(
            f"{jira.url}/login.jsp",
            {"os_username": username, "os_password": f"{username}-password"},
        )

    def submit(self, address: str, values: dict[str, str]) -> requests.Response:
        """Fill the page's form and send it; the answer, redirects not followed."""
        page = self.http.get(address)
        hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        fields = {name: unescape(value) for name, value in hidden.items()} | values
        return self.http.post(address.partition("?")[0], data=fields, allow_redirects=False)

    def allow(self, authorize_url: str) -> str:
        """Press Allow; the callback address that Jira sends the browser to."""
        answer = self.submit(authorize_url, {"approve": "Allow"})
        assert answer.status_code == 302, answer.text
        return answer.headers["Location"]

    def deny(self, authorize_url: str) -> str:
        return self.submit(authorize_url, {"deny": "Deny"}).headers["Location"]

    def allow_out_of_band(self, authorize_url: str) -> str:
        """Press Allow; the verification code that the page shows."""
        answer = self.submit(authorize_url, {"approve": "Allow"})
        found = re.search(r'id="verifier">([^<]+)<', answer.text)
        assert found, answer.text
        return unescape(found.group(1))


def make_link(jira: Handle, consumer_key: str, public_key: str) -> None:
    """An application link with an incoming OAuth 1.0 part."""
    provider_of(jira.site).register.add(
        "ALM Connect", "http://127.0.0.1:8000", "oauth1", consumer_key, "ALM Connect", public_key
    )


def parts_of(callback: str) -> tuple[str, str, str]:
    """Path, token and verifier of a callback address."""
    split = urlsplit(callback)
    query = parse_qs(split.query)
    return split.path, query["oauth_token"][0], query["oauth_verifier"][0]
