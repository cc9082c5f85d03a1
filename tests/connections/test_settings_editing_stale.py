"""An edit writes what it changes and nothing else: a form may have been open for an hour."""

from __future__ import annotations

from collections.abc import Callable

from connections.access.gateway import NotReady
from connections.health import health
from connections.health.diagnosis import diagnose
from connections.models import Connection, Health, Lifecycle
from connections.setup import pause, settings_editing
from jira_sandbox.server import Handle


def test_a_rename_undoes_neither_a_stop_nor_a_pause(
    connected: Callable[..., Connection], cloud: Handle
) -> None:
    stale = connected(cloud)
    meanwhile = Connection.objects.get()
    health.stop(meanwhile, diagnose(NotReady("secret_missing", "gone"), meanwhile))
    pause.pause(meanwhile, actor=None)
    settings_editing.edit(stale, actor=None, values={"name": "Renamed"})
    fresh = Connection.objects.get()
    assert fresh.name == "Renamed"
    assert (fresh.health, fresh.lifecycle) == (Health.STOPPED, Lifecycle.PAUSED)
    assert fresh.diagnosis is not None
    assert fresh.diagnosis["code"] == "secret_missing"


def test_two_edits_of_different_fields_both_count(
    connected: Callable[..., Connection], cloud: Handle
) -> None:
    one = connected(cloud)
    other = Connection.objects.get()
    settings_editing.edit(one, actor=None, values={"name": "Renamed"})
    settings_editing.edit(other, actor=None, values={"fingerprint": "ab" * 32})
    fresh = Connection.objects.get()
    assert (fresh.name, fresh.fingerprint) == ("Renamed", "ab" * 32)
