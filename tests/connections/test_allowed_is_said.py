"""After "Allow" nothing says any more that nobody approved: neither the setup page nor the connection."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connections.models import Connection
from jira_sandbox.server import Handle
from tests.connections.jira_browser import JiraBrowser, make_link

pytestmark = pytest.mark.django_db
HERE = "http://127.0.0.1:8000"


def test_the_setup_page_follows_allow_and_takes_its_red_words_back(
    jira: Handle, admin: Any, client_of: Callable[..., Client]
) -> None:
    browser = client_of(admin)
    browser.post("/connections/new/jira/", {"name": "R", "base_url": jira.url, "verify_tls": "on"})
    connection = Connection.objects.get()
    setup = f"/connections/{connection.pk}/oauth/"
    browser.get(setup)
    connection.refresh_from_db()
    make_link(jira, connection.consumer_key, connection.public_key)
    away = browser.get(f"{setup}authenticate/")
    early = browser.post(f"{setup}finish/")
    assert early.status_code == 409
    connection.refresh_from_db()
    assert connection.diagnosis is not None
    red = connection.diagnosis["what"]
    assert red in early.content.decode()
    assert f'hx-get="{setup}standing/"' in early.content.decode()
    assert browser.get(f"{setup}standing/").status_code == 204  # what is said is still so
    back = JiraBrowser(jira, "svc-alm").allow(away["Location"])
    browser.get(back.removeprefix(HERE))
    told = browser.get(f"{setup}standing/")
    assert told.status_code == 286  # and the poll ends
    for page in (told, browser.get(setup), browser.get(f"/connections/{connection.pk}/")):
        assert red not in page.content.decode()
    assert "Access was allowed in Jira. Press “Check &amp; Close”" in told.content.decode() or (
        "Access was allowed in Jira. Press “Check & Close”" in told.content.decode()
    )
    assert "Access was allowed in Jira" in browser.get(setup).content.decode()
    done = browser.post(f"{setup}finish/", follow=True)
    assert "ALM Service authorised this connection" in done.content.decode()
    assert browser.get(f"{setup}standing/").status_code == 204
