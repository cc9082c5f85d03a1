"""Issues from making to deleting, alone and many, and their links."""

import pytest

from jira_client import issue_links
from jira_client.client import JiraClient
from jira_client.errors import NotFound
from jira_client.values import Created, CreateFailure, Project
from tests.jira_client.contract.stories import new


def test_an_issue_from_making_to_deleting(client: JiraClient, falcon: Project) -> None:
    made = new(client, falcon, "Ein Ärger & <b>")
    issue = client.issues.get(made.id, ("summary", "updated"), properties=("alm",))
    assert (issue.key, issue.fields["summary"]) == (made.key, "Ein Ärger & <b>")
    assert issue.properties == {"alm": {"op": "Ein Ärger & <b>"}}
    client.issues.edit(made.id, {"summary": "Neu"}, {"labels": [{"add": "x"}]})
    done = next(t for t in client.issues.transitions(made.id) if t.to.category == "done")
    client.issues.transition(made.id, done.id)
    fetched = client.issues.fetch([made.id, "99999999"], ("summary", "status", "labels"), ("alm",))
    assert fetched.missing == ("99999999",)
    assert fetched.issues[0].fields["labels"] == ["x"]
    assert fetched.issues[0].fields["status"]["id"] == done.to.id
    assert fetched.issues[0].properties == {"alm": {"op": "Ein Ärger & <b>"}}
    changed = {item.field for entry in client.issues.changelog(made.id) for item in entry.items}
    assert {"summary", "status"} <= changed
    client.issues.set_property(made.id, "seen", [1])
    assert client.issues.get_property(made.id, "seen") == [1]
    assert client.issues.get_property(made.id, "never") is None
    client.issues.delete(made.id)
    with pytest.raises(NotFound):
        client.issues.get(made.id, ("summary",))


def test_creating_many_with_one_bad(client: JiraClient, falcon: Project) -> None:
    kind = next(k.id for k in client.projects.issue_types(falcon.id) if k.name == "Story")
    base = {"project": {"id": falcon.id}, "issuetype": {"id": kind}}
    items = [{"fields": {**base, "summary": text}} for text in ("a", "", "c")]
    results = client.issues.create_many(items)
    assert [type(result) for result in results] == [Created, CreateFailure, Created]
    assert isinstance(results[2], Created)
    assert client.issues.get(results[2].id, ("summary",)).fields["summary"] == "c"


def test_links_keep_their_direction(client: JiraClient, falcon: Project) -> None:
    source, target = new(client, falcon, "source"), new(client, falcon, "target")
    client.links.create("Blocks", source.key, target.id)
    for end in (source, target):
        (link,) = issue_links(client.issues.get(end.id, ("issuelinks",)))
        assert (link.source_id, link.target_id) == (source.id, target.id)
        assert link.type.outward == "blocks"
    client.links.delete(link.id)
    assert issue_links(client.issues.get(source.id, ("issuelinks",))) == ()
