"""What is read before anything is written: who, which Jira, the project's metadata, its webhooks."""

from datetime import UTC, date, datetime, timedelta

import pytest

from jira_client.client import JiraClient
from jira_client.errors import Invalid, PermissionRefused
from jira_client.requirements import PROJECT_KEYS
from jira_client.values import Deployment, PermissionState
from tests.contract.places import GIVEN, Place


def test_who_and_what(client: JiraClient) -> None:
    info = client.server_info()
    assert info.base_url.startswith("http")
    assert info.date_header is not None
    assert abs(info.date_header - datetime.now(UTC)) < timedelta(minutes=5)
    me = client.myself()
    assert me.id
    assert me.time_zone
    key = "accountId" if client.flavour.deployment is Deployment.CLOUD else "name"
    assert client.people.person_value(me.id) == {key: me.id}


def test_the_account_finds_itself(client: JiraClient, place: Place) -> None:
    me = client.myself()
    found = client.people.search(me.name or "", project=place.project.key)
    assert me.id in [person.id for person in found]


def test_what_it_may_do(client: JiraClient, place: Place) -> None:
    states = client.permissions.of_project(place.project.key, (*PROJECT_KEYS, "NO_SUCH_KEY"))
    for key in ("BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "DELETE_ISSUES"):
        assert states[key] is PermissionState.HELD, f"the account lacks {key}"
    assert states["NO_SUCH_KEY"] is PermissionState.UNSUPPORTED


def test_metadata(client: JiraClient, place: Place) -> None:
    key = place.project.key
    assert place.project.id in [one.id for one in client.projects.list(key.lower())]
    kind = place.kind()
    statuses = client.projects.statuses(key)[kind.id]
    assert {status.category for status in statuses} <= {"new", "indeterminate", "done"}
    metas = {meta.id: meta for meta in client.fields.create_fields(key, kind.id)}
    assert metas["summary"].required
    assert GIVEN - {"project", "issuetype", "reporter"} <= set(metas)
    names = {field.id for field in client.fields.all()}
    assert {"summary", "status", "issuetype"} <= names
    assert all(kind.inward and kind.outward for kind in client.links.types())


def test_the_list_of_webhooks(client: JiraClient, place: Place) -> None:
    try:
        hooks = client.webhooks.list()
    except PermissionRefused:
        if not place.real:
            raise
        pytest.skip("the account is no Jira administrator, who alone sees webhooks")
    assert all(hook.id and hook.url for hook in hooks)


def test_versions_and_components(client: JiraClient, place: Place) -> None:
    if not place.real:
        client.versions.create(place.project.id, "R1", release=date(2027, 2, 1))
    found = client.versions.of_project(place.project.key)
    assert all(one.id and one.name for one in found)
    if not place.real:
        assert [(one.name, one.release) for one in found] == [("R1", date(2027, 2, 1))]
        with pytest.raises(Invalid, match="already exists"):
            client.versions.create(place.project.id, "R1")
    assert all(client.projects.components(place.project.key).values())
