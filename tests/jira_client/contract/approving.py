"""The person at the browser: logs in to the sandbox, and allows or denies access."""

import html
import re

import requests

from jira_client.keys import KeyPair
from jira_sandbox.oauth.mount import provider_of
from jira_sandbox.server import Handle

CONSUMER = "alm-connect"
CALLBACK = "http://127.0.0.1:9/callback?flow=1"


def add_link(jira: Handle, pair: KeyPair) -> None:
    """What a Jira admin does under Application links."""
    provider_of(jira.site).register.add(
        "ALM Connect",
        "http://127.0.0.1:9",
        consumer_key=CONSUMER,
        consumer_name="ALM",
        key_text=pair.public_pem,
    )


def decide(jira: Handle, address: str, button: str = "approve") -> tuple[str, str]:
    """Presses Allow (or `deny`) at the address. Returns where Jira leads, and the page's text."""
    with requests.Session() as browser:
        browser.trust_env = False
        login = {"os_username": "svc-alm", "os_password": "svc-alm-password"}
        browser.post(f"{jira.url}/login.jsp", login, timeout=10)
        page = browser.get(address, timeout=10).text
        fields = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', page))
        form = {name: html.unescape(value) for name, value in fields.items()}
        form[button] = "1"
        answer = browser.post(address.partition("?")[0], form, timeout=10, allow_redirects=False)
        return answer.headers.get("Location", ""), answer.text
