"""Issues from making to deleting, alone and many, and their links."""

import pytest

from jira_client import issue_links
from jira_client.client import JiraClient
from jira_client.errors import NotFound
from jira_client.values import Created, CreateFailure
from tests.contract.places import Place


def test_an_issue_from_making_to_deleting(client: JiraClient, place: Place) -> None:
    made = place.new("Ein Ärger & <b>")
    issue = client.issues.get(made.id, ("summary", "updated"), properties=("alm",))
    assert (issue.key, issue.fields["summary"]) == (made.key, "Ein Ärger & <b>")
    assert issue.properties == {"alm": {"op": "Ein Ärger & <b>"}}
    client.issues.edit(made.id, {"summary": "Neu"}, {"labels": [{"add": "x"}]})
    fetched = client.issues.fetch([made.id, "99999999"], ("summary", "labels"), ("alm",))
    assert fetched.missing == ("99999999",)
    assert (fetched.issues[0].fields["summary"], fetched.issues[0].fields["labels"]) == (
        "Neu",
        ["x"],
    )
    assert fetched.issues[0].properties == {"alm": {"op": "Ein Ärger & <b>"}}
    client.issues.set_property(made.id, "seen", [1])
    assert client.issues.get_property(made.id, "seen") == [1]
    assert client.issues.get_property(made.id, "never") is None
    client.issues.delete(made.id)
    with pytest.raises(NotFound):
        client.issues.get(made.id, ("summary",))


def test_a_step_of_its_workflow_and_what_the_changelog_says(
    client: JiraClient, place: Place
) -> None:
    made = place.new("To be moved")
    before = client.issues.get(made.id, ("status",)).fields["status"]["id"]
    steps = [
        step
        for step in client.issues.transitions(made.id)
        if step.to.id != before
        and not any(one.required and not one.has_default for one in step.fields)
    ]
    assert steps, "no step from the first status asks for nothing"
    client.issues.transition(made.id, steps[0].id)
    client.issues.edit(made.id, {"summary": "Moved"})
    now = client.issues.get(made.id, ("status",)).fields["status"]
    assert now["id"] == steps[0].to.id
    entries = client.issues.changelog(made.id)
    changes = {(item.field, item.new_text) for entry in entries for item in entry.items}
    assert {("summary", "Moved"), ("status", now["name"])} <= changes
    me = client.myself().id
    assert {entry.author_id for entry in entries} == {me}


def test_creating_many_with_one_bad(client: JiraClient, place: Place) -> None:
    items = [{"fields": place.fields(text)} for text in ("a", "", "c")]
    results = client.issues.create_many(items)
    for one in results:
        if isinstance(one, Created):
            place.keep(one)
    assert [type(result) for result in results] == [Created, CreateFailure, Created]
    assert isinstance(results[2], Created)
    assert client.issues.get(results[2].id, ("summary",)).fields["summary"] == "c"


def test_links_keep_their_direction(client: JiraClient, place: Place) -> None:
    source, target = place.new("source"), place.new("target")
    kinds = {kind.name: kind for kind in client.links.types()}
    kind = kinds.get("Blocks") or next(iter(kinds.values()))
    client.links.create(kind.name, source.key, target.id)
    for end in (source, target):
        (link,) = issue_links(client.issues.get(end.id, ("issuelinks",)))
        assert (link.source_id, link.target_id) == (source.id, target.id)
        assert (link.type.name, link.type.outward) == (kind.name, kind.outward)
    client.links.delete(link.id)
    assert issue_links(client.issues.get(source.id, ("issuelinks",))) == ()
