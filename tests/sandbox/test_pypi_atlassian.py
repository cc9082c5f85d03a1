"""PyPI's `atlassian-python-api`, unchanged: Basic, OAuth 1.0a and personal tokens, both flavours."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from atlassian import Jira

from jira_sandbox.rest.tokens import make
from jira_sandbox.server import Handle, running
from tests.sandbox.dancing import CONSUMER, danced

WAYS = [
    ("cloud", 10, "basic"), ("cloud", 10, "oauth"), ("datacenter", 9, "basic"),
    ("datacenter", 10, "oauth"), ("datacenter", 11, "token"),
]  # fmt: skip


def login(handle: Handle, way: str, key_pair: tuple[str, str]) -> dict[str, Any]:
    """What the foreign client takes to sign in as the service user."""
    cloud = handle.site.cloud
    if way == "basic" and cloud:
        return {"username": "svc-alm@example.com", "password": "svc-alm-api-token"}
    if way == "basic":
        return {"username": "svc-alm", "password": "svc-alm-password"}
    if way == "token":
        return {"token": make(handle.site, handle.site.users["svc-alm"], "foreign", None).secret}
    token = danced(handle, key_pair)
    return {
        "oauth": {
            "access_token": token["oauth_token"],
            "access_token_secret": token["oauth_token_secret"],
            "consumer_key": CONSUMER,
            "key_cert": key_pair[0],
            "signature_method": "RSA-SHA1",
        }
    }


@pytest.fixture(params=WAYS, ids=lambda way: "-".join(map(str, way)))
def client(request: pytest.FixtureRequest, key_pair: tuple[str, str]) -> Iterator[Jira]:
    flavour, version, way = request.param
    with running(flavour, version, context="/jira" if flavour == "datacenter" else "") as handle:
        cloud = handle.site.cloud
        with Jira(handle.url, cloud=cloud, **login(handle, way, key_pair)) as made:
            yield made


def found(client: Jira, jql: str) -> list[str]:
    search = client.enhanced_jql if client.cloud else client.jql
    answer = search(jql, fields="summary")
    assert answer is not None
    return [one["key"] for one in answer["issues"]]


def story(client: Jira, summary: str, **fields: Any) -> str:
    wanted = {"project": {"key": "FALCON"}, "issuetype": {"name": "Story"}, "summary": summary}
    made = client.issue_create(fields=wanted | fields)
    return str(made["key"])


def test_reads(client: Jira) -> None:
    assert client.myself()["displayName"] == "ALM Service"
    assert {one["key"] for one in client.projects()} >= {"ART", "FALCON", "OTTER"}
    assert client.issue("FALCON-1")["fields"]["project"]["key"] == "FALCON"
    assert client.get_server_info()["versionNumbers"]
    assert {one["name"] for one in client.get_issue_link_types()} >= {"Blocks"}


def test_creates_edits_and_deletes(client: Jira) -> None:
    key = story(client, "Grün & 'gut'", labels=["x"])
    assert found(client, f"key = {key} AND labels = x") == [key]
    client.update_issue_field(key, {"summary": "changed", "labels": ["y", "z"]})
    fields = client.issue(key)["fields"]
    assert (fields["summary"], fields["labels"]) == ("changed", ["y", "z"])
    client.delete_issue(key)
    assert found(client, 'project = FALCON AND summary ~ "changed"') == []


def test_moves_the_status_and_comments(client: Jira) -> None:
    key = story(client, "moving")
    assert "Start Progress" in {one["name"] for one in client.get_issue_transitions(key)}
    client.set_issue_status(key, "In Progress")
    client.issue_add_comment(key, "seen")
    fields = client.issue(key)["fields"]
    assert fields["status"]["name"] == "In Progress"
    assert len(fields["comment"]["comments"]) == 1


def test_links_and_unlinks(client: Jira) -> None:
    key = story(client, "linked")
    ends = {"inwardIssue": {"key": key}, "outwardIssue": {"key": "OTTER-1"}}
    client.create_issue_link({"type": {"name": "Blocks"}} | ends)
    (link,) = client.issue(key)["fields"]["issuelinks"]
    assert link["outwardIssue"]["key"] == "OTTER-1"
    client.remove_issue_link(link["id"])
    assert client.issue(key)["fields"]["issuelinks"] == []


def test_boards_and_sprints(client: Jira) -> None:
    board = client.get_all_agile_boards(project_key="FALCON")["values"][0]
    made = client.create_sprint("Next", board["id"], "2027-02-01T08:00:00.000Z",
                                "2027-02-14T08:00:00.000Z")  # fmt: skip
    states = client.get_all_sprints_from_board(board["id"], state="active,future")["values"]
    assert made["id"] in [one["id"] for one in states]
    client.add_issues_to_sprint(made["id"], ["FALCON-2"])
    assert found(client, f"sprint = {made['id']}") == ["FALCON-2"]


def test_a_refusal_arrives_with_its_reason(client: Jira) -> None:
    with pytest.raises(requests.HTTPError, match="Error parsing date") as caught:
        client.update_issue_field("FALCON-1", {"duedate": "soon"})
    assert caught.value.response.status_code == 400
