""" "Authenticate" pressed twice: "Check & Close" takes the run that Jira answered."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from connections.access import sealing
from connections.models import Connection, OAuthFlow
from connections.oauth import handshake, key_pair, oauth_flow
from connections.schedule import tasks
from jira_sandbox.server import Handle
from tests.connections.jira_browser import JiraBrowser, make_link, parts_of


@pytest.fixture
def linked(draft_to: Callable[..., Connection], datacenter: Handle) -> Connection:
    connection = draft_to(datacenter)
    key_pair.ensure_keys(connection, actor=None)
    make_link(datacenter, connection.consumer_key, connection.public_key)
    return connection


def pressed(connection: Connection, admin: Any) -> tuple[OAuthFlow, str]:
    flow = handshake.start_oauth(connection, actor=admin, session_key="s").flow
    return flow, handshake.authorize(flow.pk, person=admin, session_key="s")


def test_allowed_in_the_first_tab(linked: Connection, datacenter: Handle, admin: Any) -> None:
    first, address = pressed(linked, admin)
    second, _ = pressed(linked, admin)
    _, token, verifier = parts_of(JiraBrowser(datacenter, "svc-alm").allow(address))
    handshake.answer(first.pk, person=admin, session_key="s", token=token, verifier=verifier)
    done = handshake.finish_oauth(linked, actor=admin, session_key="s")
    assert done.person.name == "ALM Service"
    second.refresh_from_db()
    assert (second.outcome, second.sealed_token) == ("superseded", {})
    assert handshake.finish_oauth(linked, actor=admin, session_key="s").person == done.person


def test_abandoned_runs_end_and_forget(linked: Connection, admin: Any) -> None:
    flow, _ = pressed(linked, admin)
    OAuthFlow.objects.update(expires=timezone.now() - timedelta(seconds=1))
    tasks.sweep()
    flow.refresh_from_db()
    assert (flow.outcome, flow.sealed_token) == ("expired", {})
    assert flow.used is not None


def test_a_key_that_a_run_under_way_needs_may_not_leave(
    linked: Connection, admin: Any, settings: Any
) -> None:
    flow, _ = pressed(linked, admin)
    kept = oauth_flow.sealed(flow, {"token": "t"})
    linked.secrets.all().delete()
    OAuthFlow.objects.update(sealed_token={"sealed": kept["sealed"].replace("v1:", "v1:gone", 1)})
    with pytest.raises(sealing.KeysUnusable, match="gone"):
        sealing.check_keys()
    OAuthFlow.objects.update(expires=timezone.now())
    sealing.check_keys()
