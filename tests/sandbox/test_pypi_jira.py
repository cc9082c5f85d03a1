"""PyPI's `jira`, unchanged: Basic and OAuth, on Cloud and Data Center 9 and 10, the whole thread."""

from __future__ import annotations

from collections.abc import Iterator

import jira as pypi
import pytest

from jira_sandbox.server import Handle, running
from tests.sandbox.dancing import CONSUMER, danced

OPTIONS = {"check_update": False, "agile_rest_path": "agile"}


@pytest.fixture(params=[("cloud", 10), ("datacenter", 9), ("datacenter", 10)],
                ids=["cloud", "dc9", "dc10"])  # fmt: skip
def jira(request: pytest.FixtureRequest) -> Iterator[Handle]:
    flavour, version = request.param
    with running(flavour, version, context="/jira" if flavour == "datacenter" else "") as handle:
        yield handle


@pytest.fixture(params=["basic", "oauth"])
def client(
    request: pytest.FixtureRequest, jira: Handle, key_pair: tuple[str, str]
) -> Iterator[pypi.JIRA]:
    """The foreign client as the service user."""
    if request.param == "basic":
        cloud = jira.site.cloud
        login = ("svc-alm@example.com", "svc-alm-api-token") if cloud else (
            "svc-alm", "svc-alm-password")  # fmt: skip
        made = pypi.JIRA(jira.url, basic_auth=login, options=OPTIONS, max_retries=0)
    else:
        token = danced(jira, key_pair)
        made = pypi.JIRA(
            jira.url,
            oauth={
                "access_token": token["oauth_token"],
                "access_token_secret": token["oauth_token_secret"],
                "consumer_key": CONSUMER,
                "key_cert": key_pair[0],
                "signature_method": "RSA-SHA1",
            },
            options=OPTIONS,
            max_retries=0,
        )
    yield made
    made.close()


def found(client: pypi.JIRA, jql: str) -> list[str]:
    """On Cloud the client's own `search_issues` goes to the token search."""
    search = client.enhanced_search_issues if client._is_cloud else client.search_issues
    return [issue.key for issue in search(jql, maxResults=50, fields="summary")]


def test_the_client_does_the_whole_thread(client: pypi.JIRA, jira: Handle) -> None:
    assert client.myself()["displayName"] == "ALM Service"
    assert {one.key for one in client.projects()} >= {"ART", "FALCON", "OTTER"}
    made = client.create_issue(
        project="FALCON", summary="Grün & 'gut'", issuetype={"name": "Story"}, labels=["x"]
    )
    assert client.issue(made.key).fields.summary == "Grün & 'gut'"
    made.update(summary="changed", fields={"labels": ["y", "z"]})
    assert client.issue(made.key).fields.labels == ["y", "z"]
    names = {one["name"]: one["id"] for one in client.transitions(made)}
    client.transition_issue(made, names["Start Progress"])
    assert client.issue(made.key).fields.status.name == "In Progress"
    client.create_issue_link("Blocks", made.key, "OTTER-1")
    links = client.issue(made.key).fields.issuelinks
    assert links[0].outwardIssue.key == "OTTER-1"
    assert found(client, f"key = {made.key} AND labels = z") == [made.key]
    client.add_comment(made, "seen")
    assert [one.body for one in client.comments(made)] == ["seen"]
    made.delete()
    assert found(client, 'project = FALCON AND summary ~ "changed"') == []


def test_boards_and_sprints(client: pypi.JIRA, jira: Handle) -> None:
    board = client.boards(projectKeyOrID="FALCON")[0]
    sprints = client.sprints(board.id, state="active")
    assert [one.state for one in sprints] == ["active"]
    made = client.create_sprint("Next", board.id, "2027-02-01", "2027-02-14")
    client.add_issues_to_sprint(made.id, ["FALCON-2"])
    assert found(client, f"sprint = {made.id}") == ["FALCON-2"]


def test_a_refusal_arrives_with_its_reason(client: pypi.JIRA, jira: Handle) -> None:
    with pytest.raises(pypi.JIRAError) as caught:
        client.create_issue(project="FALCON", issuetype={"name": "Story"})
    assert caught.value.status_code == 400
    assert "summary" in str(caught.value.text).lower()
