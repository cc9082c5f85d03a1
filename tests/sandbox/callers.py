"""Calling a sandbox over HTTP as one of its people, by REST and by browser."""

from __future__ import annotations

import re
from html import unescape
from typing import Any

import requests

from jira_sandbox.server import Handle


class Caller:
    """One person's REST calls with Basic auth. `name=None` calls without credentials."""

    def __init__(self, handle: Handle, name: str | None = "svc-alm") -> None:
        self.handle = handle
        self.auth = None
        if name is not None:
            cloud = handle.site.cloud
            self.auth = (
                (f"{name}@example.com", f"{name}-api-token")
                if cloud
                else (name, f"{name}-password")
            )

    def __call__(self, method: str, path: str, body: Any = None, **params: Any) -> Any:
        return requests.request(
            method, self.handle.url + path, json=body, params=params, auth=self.auth, timeout=10,
            allow_redirects=False,
        )  # fmt: skip

    def get(self, path: str, **params: Any) -> Any:
        answer = self("GET", path, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def story(self, project: str = "FALCON", **fields: Any) -> dict[str, Any]:
        wanted = {"project": {"key": project}, "issuetype": {"name": "Story"}, "summary": "A story"}
        answer = self("POST", "/rest/api/2/issue", {"fields": wanted | fields})
        assert answer.status_code == 201, answer.text
        made: dict[str, Any] = answer.json()
        return made

    def fields(self, key: str, *names: str) -> dict[str, Any]:
        wanted = {"fields": ",".join(names)} if names else {}
        found: dict[str, Any] = self.get(f"/rest/api/2/issue/{key}", **wanted)["fields"]
        return found

    def keys(self, jql: str) -> list[str]:
        """The keys a search finds, by whichever search the flavour has."""
        path = "/rest/api/2/search/jql" if self.handle.site.cloud else "/rest/api/2/search"
        found = self.get(path, jql=jql, fields="key,summary", maxResults=100)
        return [one["key"] for one in found["issues"]]


class Browser:
    """A person with a browser: pages, and forms with what the page had put into them."""

    def __init__(self, handle: Handle, name: str) -> None:
        self.handle = handle
        self.session = requests.Session()
        self.session.trust_env = False
        self.page = self.open("/login.jsp")
        self.submit("/login.jsp", os_username=name, os_password=f"{name}-password")

    def close(self) -> None:
        self.session.close()

    def open(self, path: str) -> requests.Response:
        self.page = self.session.get(self.handle.url + path, timeout=10)
        return self.page

    def hidden(self) -> dict[str, str]:
        main = self.page.text.partition("<main>")[2]
        pairs = re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', main)
        return {name: unescape(value) for name, value in pairs}

    def submit(self, path: str, follow: bool = True, **fields: str) -> requests.Response:
        answer = self.session.post(
            self.handle.url + path, data=self.hidden() | fields, timeout=10, allow_redirects=follow
        )
        if follow:
            self.page = answer
        return answer

    def create_link(self, consumer_key: str, public_key: str) -> None:
        """Creates an incoming application link through the admin's pages, step by step."""
        path = "/plugins/servlet/applinks/createApplicationLink"
        self.open(path)
        self.submit(path, connection_type="oauth1", application_url="http://127.0.0.1:8000")
        self.submit(path)
        self.submit(path, application_name="Board", incoming="on")
        self.submit(path, consumer_key=consumer_key, consumer_name="Board", public_key=public_key)
        assert consumer_key in self.page.text
