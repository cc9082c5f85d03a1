"""Who answers, who calls, and what the account may do."""

from datetime import UTC, datetime, timedelta

import pytest

from jira_client.auth import Basic
from jira_client.client import JiraClient
from jira_client.errors import AuthenticationRefused
from jira_client.permission_evaluation import evaluate
from jira_client.requirements import GLOBAL_KEYS, PROJECT_KEYS
from jira_client.transport import Transport
from jira_client.values import Deployment, PermissionState
from jira_sandbox.server import Handle
from tests.outgoing.servers import LOOPBACK


def test_who_and_what(client: JiraClient, jira: Handle) -> None:
    info = client.server_info()
    assert info.base_url == jira.url
    assert abs(info.date_header - datetime.now(UTC)) < timedelta(seconds=60)  # type: ignore[operator]
    assert (client.flavour.deployment is Deployment.CLOUD) is jira.site.cloud
    assert client.myself().time_zone == "Europe/Berlin"


def test_a_wrong_password_is_never_a_login(jira: Handle) -> None:
    with Transport(jira.url, LOOPBACK) as transport:
        stranger = JiraClient(transport, Basic("svc-alm", "wrong"))
        with pytest.raises(AuthenticationRefused):
            stranger.myself()
        with pytest.raises(AuthenticationRefused):
            stranger.projects.list()


def test_permissions(client: JiraClient, jira: Handle) -> None:
    projects = client.projects.list()
    progress: list[tuple[int, int]] = []
    before = client.permissions.of_projects(projects, PROJECT_KEYS, lambda *p: progress.append(p))
    assert progress[-1] == (len(projects), len(projects))
    assert all(evaluate(states).is_ready for states in before.values())
    assert client.permissions.global_(GLOBAL_KEYS) == {"ADMINISTER": PermissionState.HELD}
    unknown = client.permissions.of_project("FALCON", ("BROWSE_PROJECTS", "NO_SUCH_KEY"))
    assert unknown["NO_SUCH_KEY"] is PermissionState.UNSUPPORTED
    assert unknown["BROWSE_PROJECTS"] is PermissionState.HELD


def test_people(client: JiraClient) -> None:
    me = client.myself()
    found = client.people.search("alm", project="FALCON")
    assert me.id in [person.id for person in found]
    key = "accountId" if client.flavour.deployment is Deployment.CLOUD else "name"
    assert client.people.person_value(me.id) == {key: me.id}


def test_webhooks(client: JiraClient) -> None:
    made = client.webhooks.create(
        "ALM", "http://127.0.0.1:9/hook", ("jira:issue_updated",), "s3cret", "project = FALCON"
    )
    assert bool(made.signed) is client.flavour.webhooks_signed
    assert [hook.url for hook in client.webhooks.list() if hook.id == made.id] == [
        "http://127.0.0.1:9/hook"
    ]
    client.webhooks.delete(made.id)
    assert made.id not in [hook.id for hook in client.webhooks.list()]
