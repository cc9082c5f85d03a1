"""The OAuth dance against a running console, over HTTP: a person's browser on both sides."""

from __future__ import annotations

from typing import Any

import requests

from jira_sandbox.server import Handle
from tests.connections.jira_browser import JiraBrowser, make_link
from tests.process.installation import Installation


def signed_in(console: Installation) -> requests.Session:
    """The browser of “boss”, whose API token the installation's calls carry."""
    address = console.command("login_link", "--user", "boss").split()[-1]
    browser = requests.Session()
    answer = browser.get(address, timeout=20)
    assert answer.ok, answer.status_code
    assert browser.get(f"{console.url}/connections/", allow_redirects=False, timeout=20).ok
    return browser


def connect(console: Installation, handle: Handle) -> dict[str, Any]:
    """A connection by OAuth: keys by REST, the link and the consent in Jira, back by the browser."""
    made = console.call("POST", "/connections", name="By OAuth", tool="jira", base_url=handle.url)
    path = f"/connections/{made['id']}"
    keys = console.call("POST", f"{path}/oauth/start")
    make_link(handle, keys["consumer_key"], keys["public_key"])
    started = console.call("POST", f"{path}/oauth/start")
    assert started["consumer_key"] == keys["consumer_key"]
    browser = signed_in(console)
    sent = browser.get(started["authorize_url"], allow_redirects=False, timeout=20)
    assert sent.status_code == 302, sent.text[:500]
    assert sent.headers["Location"].startswith(handle.url)
    callback = JiraBrowser(handle, "svc-alm").allow(sent.headers["Location"])
    assert callback.startswith(console.url)
    back = browser.get(callback, timeout=20)
    assert back.ok, back.text[:500]
    done: dict[str, Any] = console.call("POST", f"{path}/oauth/finish")
    return done
