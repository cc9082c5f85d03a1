"""A person before the consent page of OAuth 2.0: goes where the app sends them, presses Allow or Deny."""

from __future__ import annotations

import re
from html import unescape

import requests

from jira_sandbox.oauth2.register import App, register_of
from jira_sandbox.oauth2.server import AUTHORIZE
from jira_sandbox.scopes import every_scope
from jira_sandbox.server import Handle


def app_at(jira: Handle, callback: str, scopes: tuple[str, ...] = ()) -> App:
    """What somebody makes in the developer console, or as an incoming link."""
    wanted = scopes or (every_scope() if jira.site.cloud else ("WRITE",))
    return register_of(jira.site).add("ALM Connect", callback, wanted)


def authorize_at(jira: Handle) -> str:
    return f"{jira.gateway_url}/authorize" if jira.site.cloud else jira.url + AUTHORIZE


def token_at(jira: Handle) -> str:
    cloud = jira.site.cloud
    return f"{jira.gateway_url}/oauth/token" if cloud else f"{jira.url}/rest/oauth2/latest/token"


def consent(
    jira: Handle, address: str, *, name: str = "svc-alm", allow: bool = True, site: str = ""
) -> str:
    """Where Jira sends the browser back to; the text of the page where it does not. `site`: another one
    of this person's, chosen on the page."""
    with requests.Session() as browser:
        browser.trust_env = False
        login = {"os_username": name, "os_password": f"{name}-password"}
        browser.post(f"{jira.url}/login.jsp", login, timeout=10)
        page = browser.get(address, timeout=10)
        fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page.text))
        if "state" not in fields and "client_id" not in fields:
            return page.text
        form = {key: unescape(value) for key, value in fields.items()}
        form |= {"site": site or jira.site.identity, "approve" if allow else "deny": "1"}
        there = page.url.partition("?")[0]
        answer = browser.post(there, form, timeout=10, allow_redirects=False)
        return answer.headers["Location"]
