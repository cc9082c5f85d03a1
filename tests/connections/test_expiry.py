"""What ends is told 30, 7 and 1 days ahead, everywhere, and once per stage in the audit trail."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import AuditEntry
from connections.cockpit import cockpit
from connections.cockpit.cockpit import Flow
from connections.health import expiry, truth
from connections.models import Connection
from jira_sandbox.server import Handle
from tests.callers import ApiCaller
from tests.connections.conftest import basic_of


def in_days(days: float) -> Any:
    return timezone.now() + timedelta(days=days)


@pytest.mark.parametrize(("days", "stage"), [(31, None), (29, 30), (6.9, 7), (0.9, 1), (-1, 0)])
def test_stages(days: float, stage: int | None) -> None:
    assert expiry.stage_of(in_days(days)) == stage


def test_everything_that_ends(connected: Callable[..., Connection], cloud: Handle) -> None:
    connection = connected(cloud, verify_tls=False)
    Connection.objects.update(
        tls_off_until=in_days(6), secret_expires=in_days(20), tls_expires=in_days(0.5)
    )
    found = expiry.warnings_of(Connection.objects.get())
    assert [(one.kind, one.stage) for one in found] == [
        ("certificate", 1),
        ("tls_off", 7),
        ("secret", 30),
    ]
    assert found[1].message.endswith("ends in 5 days.")
    assert connection.pk


def test_once_per_stage(connected: Callable[..., Connection], cloud: Handle) -> None:
    connected(cloud)
    Connection.objects.update(secret_expires=in_days(20))
    assert (expiry.warn(), expiry.warn()) == (1, 0)
    Connection.objects.update(secret_expires=in_days(5))
    assert (expiry.warn(), expiry.warn()) == (1, 0)
    entries = AuditEntry.objects.filter(action="connection.ends_soon").order_by("pk")
    assert [entry.after["stage"] for entry in entries] == [30, 7]
    Connection.objects.update(secret_expires=in_days(300))
    assert expiry.warn() == 0
    assert Connection.objects.get().warned == {}


def test_a_date_that_a_person_entered_is_shown_and_ends_with_the_secret(
    connected: Callable[..., Connection], cloud: Handle, admin: Any, token_of: Callable[..., str]
) -> None:
    connection, api = connected(cloud), ApiCaller(token_of(admin))
    path = f"/connections/{connection.pk}"
    body = {"secret_expires": in_days(3).isoformat()}
    shown = api.patch(path, body).json()
    assert [(one["what"], one["stage"]) for one in shown["warnings"]] == [("secret", 7)]
    row = {one["name"]: one for one in api.post(f"{path}/test").json()["checks"]}["authentication"]
    assert (row["state"], row["code"]) == ("warning", "token_expires")
    row = Connection.objects.get()
    action = cockpit.next_action(row, truth.of_connection(row), Flow(), mapped=True)
    assert action is not None
    assert "ends in 2 days" in action.words
    later = in_days(300).isoformat()
    fresh = {"secret": basic_of(cloud).secret.reveal(), "secret_expires": later}
    assert api.patch(path, fresh).json()["warnings"] == []
    assert Connection.objects.get().secret_expires is not None
    assert api.patch(path, {"secret": fresh["secret"]}).json()["secret_expires"] is None
    past = api.patch(path, {"secret_expires": in_days(-1).isoformat()})
    assert (past.status_code, list(past.json()["error"]["fields"])) == (422, ["secret_expires"])


def test_list_and_cockpit_say_what_ends_and_what_to_do(
    connected: Callable[..., Connection], cloud: Handle, client_of: Any, viewer: Any
) -> None:
    connection = connected(cloud)
    Connection.objects.update(secret_expires=in_days(5.5), tls_expires=in_days(0.5))
    browser = client_of(viewer)
    for page in ("/", "/connections/", f"/connections/{connection.pk}/"):
        words = browser.get(page).content.decode()
        assert words.count("The API token or password ends in 5 days.") == 1, page
        assert words.count("Make a new one in Jira, and enter it under “Renew”.") == 1, page
        assert words.count("TLS certificate ends within a day.") == 1, page
        assert words.count("Ask the Jira admin to renew it before then.") == 1, page
        assert "TLS certificates are not verified." not in words


def test_list_and_cockpit_say_that_certificates_are_not_verified(
    connected: Callable[..., Connection], cloud: Handle, client_of: Any, viewer: Any
) -> None:
    connected(cloud, verify_tls=False)
    for page in ("/", "/connections/"):
        words = client_of(viewer).get(page).content.decode()
        assert words.count("TLS certificates are not verified.") == 1
        assert "paste the CA bundle under Advanced Settings" in words


def test_the_api_s_list_holds_the_warnings(
    connected: Callable[..., Connection], cloud: Handle, viewer: Any, token_of: Callable[..., str]
) -> None:
    connected(cloud, verify_tls=False)
    Connection.objects.update(secret_expires=in_days(-1))
    (row,) = ApiCaller(token_of(viewer)).get("/connections").json()["items"]
    told = {one["what"]: (one["stage"], one["message"], one["remedy"]) for one in row["warnings"]}
    assert set(told) == {"secret", "tls_off"}
    assert told["secret"][:2] == (0, "The API token or password has ended.")
    assert all(remedy for _, _, remedy in told.values())
