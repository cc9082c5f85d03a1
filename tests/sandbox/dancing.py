"""The OAuth dance as jirashell and requests_oauthlib do it, with a browser that says yes or no."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from requests_oauthlib import OAuth1Session

from jira_sandbox.server import Handle
from tests.sandbox.callers import Browser

CONSUMER = "board-key"
CALLBACK = "http://127.0.0.1:9/callback?flow=7"
SERVLET = "/plugins/servlet/oauth/"


def session(private: str, **more: Any) -> OAuth1Session:
    return OAuth1Session(CONSUMER, signature_method="RSA-SHA1", rsa_key=private, **more)


def link(handle: Handle, public: str) -> None:
    browser = Browser(handle, "admin")
    browser.create_link(CONSUMER, public)
    browser.close()


def request_token(handle: Handle, private: str, callback: str = CALLBACK) -> dict[str, str]:
    with session(private, callback_uri=callback) as oauth:
        found: dict[str, str] = oauth.fetch_request_token(
            handle.url + SERVLET + "request-token", timeout=10
        )
    assert found["oauth_callback_confirmed"] == "true"
    return found


def decide(handle: Handle, token: str, who: str = "svc-alm", **choice: str) -> dict[str, list[str]]:
    """Presses Allow (default) or Deny; the query the callback would get."""
    browser = Browser(handle, who)
    browser.open(SERVLET + f"authorize?oauth_token={token}")
    answer = browser.submit(SERVLET + "authorize", False, **(choice or {"approve": "Allow"}))
    browser.close()
    assert answer.status_code == 302, answer.text
    return parse_qs(urlsplit(answer.headers["Location"]).query)


def access_token(
    handle: Handle, private: str, token: dict[str, str], verifier: str
) -> dict[str, str]:
    with session(
        private,
        resource_owner_key=token["oauth_token"],
        resource_owner_secret=token["oauth_token_secret"],
        verifier=verifier,
    ) as oauth:
        found: dict[str, str] = oauth.fetch_access_token(
            handle.url + SERVLET + "access-token", timeout=10
        )
    return found


def danced(handle: Handle, keys: tuple[str, str], who: str = "svc-alm") -> dict[str, str]:
    """All three legs: the access token."""
    private, public = keys
    link(handle, public)
    token = request_token(handle, private)
    answered = decide(handle, token["oauth_token"], who)
    return access_token(handle, private, token, answered["oauth_verifier"][0])


def signed(private: str, token: dict[str, str]) -> OAuth1Session:
    return session(
        private,
        resource_owner_key=token["oauth_token"],
        resource_owner_secret=token["oauth_token_secret"],
    )
