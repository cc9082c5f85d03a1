"""docs/troubleshooting.md is a page of the console, and a failure's “Read more” leads to its paragraph."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connections.views import handbook
from tests.connections.test_troubleshooting_docs import headings


def test_every_code_has_its_place_on_the_page(
    viewer: Any, client_of: Callable[..., Client]
) -> None:
    words = client_of(viewer).get("/help/troubleshooting/").content.decode()
    anchors = set(re.findall(r'<h3 id="([^"]+)"', words))
    assert set(headings()) <= anchors
    assert "tls-self-signed" in anchors


def test_a_failure_leads_there(admin: Any, client_of: Callable[..., Client]) -> None:
    browser = client_of(admin)
    form = {"name": "J", "base_url": "http://127.0.0.1:9", "verify_tls": "on"}
    words = browser.post("/connections/new/jira/", form).content.decode()
    address, _, anchor = words.partition('href="/help/')[2].partition('"')[0].partition("#")
    assert anchor == "connection-refused"
    assert f'id="{anchor}"' in browser.get(f"/help/{address}").content.decode()


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        (
            "a <script>alert(1)</script> & b",
            "<p>a &lt;script&gt;alert(1)&lt;/script&gt; &amp; b</p>",
        ),
        ("`<b>` and **<i>**", "<p><code>&lt;b&gt;</code> and <strong>&lt;i&gt;</strong></p>"),
        ("[x](javascript:alert)", "<p>x</p>"),
        ("[the rest](configuration.md)", "<p>the rest</p>"),
        ("- one\n- two\n  more", "<ul><li>one\n</li><li>two\n  more</li></ul>"),
    ],
)
def test_marks_are_rendered_and_the_rest_is_text(written: str, shown: str) -> None:
    assert handbook._block(written) == shown
