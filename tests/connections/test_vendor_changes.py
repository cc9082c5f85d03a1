"""What Atlassian changes is told where people look: on the connection's page, by API and by the doctor."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from almconnect.doctor import examine
from connections.health import vendor_changes
from connections.models import Connection
from jira_sandbox.server import Handle
from tests.callers import ApiCaller


def test_the_page_the_api_and_the_doctor_say_the_same(
    datacenter: Handle,
    connected: Callable[..., Connection],
    viewer: User,
    client_of: Callable[..., Client],
    api: Callable[[str], ApiCaller],
    token_of: Callable[[User], str],
) -> None:
    row = connected(datacenter)
    row.store({"version": "9.12.4"})
    page = client_of(viewer).get(reverse("connections:detail", args=[row.pk])).content.decode()
    told = api(token_of(viewer)).get(f"/connections/{row.pk}/ahead").json()["items"]
    assert [one["code"] for one in told] == ["jira_9_unsupported", "data_center_read_only"]
    assert told[1]["due"] == "2029-03-28"
    for one in told:
        assert one["page"] in page
    (line,) = [one for one in examine() if one.name == "Atlassian's changes"]
    assert line.state == "warning"
    assert "support of Jira 9 ended" in line.fix
    assert "2029" not in line.fix, "that is years ahead"


def test_a_token_whose_end_is_known_is_not_told_of_twice(
    cloud: Handle, connected: Callable[..., Connection]
) -> None:
    row = connected(cloud)
    assert [one.code for one in vendor_changes.ahead_of(row)] == ["tokens_end_within_a_year"]
    row.secret_expires = timezone.now()
    assert vendor_changes.ahead_of(row) == []
