"""Links that people click lead to the site that Jira names, never to a gateway."""

from __future__ import annotations

from typing import Any

import pytest

from connections.access import gateway
from connections.models import Connection, MappedProject
from connections.probes import checkup
from jira_sandbox.server import Handle
from planning.cards import card_of
from planning.models import WorkItem
from tests.connections.test_meeting_strangers import offered
from tests.connections.test_report_reasons import PREFIX, STRANGERS, TOKEN
from tests.doctor.front import fronted

GATEWAY = "https://api.atlassian.com/ex/jira/11111111-2222-3333-4444-555555555555"
# (entered, told by Jira, where links lead)
SITES = [
    (GATEWAY, "https://acme.atlassian.net", "https://acme.atlassian.net"),
    (GATEWAY, "", GATEWAY),
    (
        "https://gateway.example.com/apis/jira",
        "https://jira.example.com/",
        "https://jira.example.com",
    ),
    ("https://jira.example.com", "http://jira.example.com:8080", "https://jira.example.com"),
    ("https://jira.example.com", "http://localhost:8080", "https://jira.example.com"),
    ("http://127.0.0.1:2990/jira", "http://localhost:2990/jira", "http://localhost:2990/jira"),
    (
        "https://jira.example.com/jira",
        "https://jira.example.com/jira",
        "https://jira.example.com/jira",
    ),
]


@pytest.mark.parametrize(("entered", "told", "leads"), SITES)
def test_where_links_lead(entered: str, told: str, leads: str) -> None:
    connection = Connection(base_url=entered, remote_base_url=told)
    assert connection.site_url == leads
    project = MappedProject(connection=connection, key="ABC")
    item = WorkItem(project=project, remote_key="ABC-1", type="story")
    assert item.remote_url == f"{leads}/browse/ABC-1"
    assert card_of(item, project).url == f"{leads}/browse/ABC-1"


@pytest.mark.django_db
def test_a_gateway_entered_as_instance_url(cloud: Handle, admin: Any) -> None:
    cloud.site.users["svc-alm"].api_token = TOKEN
    site = "https://acme.atlassian.net"
    with fronted(cloud, [STRANGERS], prefix=PREFIX, base_as=site) as front:
        connection = offered(front, "basic", TOKEN, username="svc-alm@example.com")
        assert connection.health == "ok", connection.diagnosis
        assert connection.site_url == site
        rows = {row.name: row for row in checkup.run(connection).rows}
        assert rows["base_url"].state == "pass"
        assert site in rows["base_url"].message
        gateway.forget(connection.pk)
