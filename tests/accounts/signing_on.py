"""A browser of the test client that signs on at the provider of `openid`."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

import requests
from django.http import HttpResponse
from django.test import Client


def leave(client: Client, **sent: str) -> str:
    """The address at the provider to which the console sends the browser."""
    page = client.post("/account/sign-on/", sent)
    assert page.status_code == 200, page.content
    found = re.search(r'content="0;url=([^"]+)"', page.content.decode())
    assert found
    return html.unescape(found.group(1))


def come_back(client: Client, address: str) -> HttpResponse:
    """What the console answers to where the provider sends the browser."""
    there = requests.get(address, allow_redirects=False, timeout=10)
    back = urlsplit(there.headers["Location"])
    assert f"{back.scheme}://{back.netloc}{back.path}" == (
        "http://127.0.0.1:8000/account/sign-on/callback/"
    )
    return client.get(f"{back.path}?{back.query}")


def sign_on(client: Client, **sent: str) -> HttpResponse:
    return come_back(client, leave(client, **sent))
