"""Comments through the client, on every flavour."""

from __future__ import annotations

import pytest

from jira_client.client import JiraClient
from jira_client.errors import Invalid, NotFound
from jira_client.parse import comments
from jira_client.values import Comment
from jira_sandbox.server import Handle

MARK = {"alm": {"comment": "1"}}
MANY = 130


def test_a_comments_life(client: JiraClient) -> None:
    made = client.comments.add("FALCON-1", "one\nand two", MARK)
    assert (made.body, made.restricted) == ("one\nand two", False)
    assert made.author_id == client.myself().id
    assert made.created
    assert client.comments.get_property(made.id, "alm") == MARK["alm"]
    assert client.comments.get_property(made.id, "other") is None
    edited = client.comments.edit("FALCON-1", made.id, "three")
    assert (edited.body, edited.editor_id) == ("three", made.author_id)
    assert client.comments.get("FALCON-1", made.id).body == "three"
    (listed,) = client.comments.of_issue("FALCON-1", properties=True)
    assert listed.properties == MARK
    client.comments.delete("FALCON-1", made.id)
    with pytest.raises(NotFound):
        client.comments.get("FALCON-1", made.id)


def test_those_of_others_are_refused(client: JiraClient, jira: Handle) -> None:
    made = client.comments.add("FALCON-1", "mine")
    jira.site.issue("FALCON-1").comments[0].author = jira.site.users["rita"]
    with pytest.raises(Invalid, match="permission to edit"):
        client.comments.edit("FALCON-1", made.id, "x")


def test_an_issue_comes_with_all_of_its_comments(client: JiraClient, jira: Handle) -> None:
    texts = [client.comments.add("FALCON-1", str(number)).body for number in range(MANY)]
    issue = client.issues.get("FALCON-1", ("comment",))
    (fetched,) = client.issues.fetch([issue.id], ("comment",)).issues
    (found,) = client.search.all("key = FALCON-1", ("comment",))
    for one in (issue, fetched, found):
        assert [comment.body for comment in comments(one) or ()] == texts
    assert [one.body for one in client.comments.of_issue("FALCON-1")] == texts
    assert comments(client.issues.get("FALCON-1", ("summary",))) is None


def test_what_is_for_some_alone_says_so(client: JiraClient, jira: Handle) -> None:
    site = jira.site
    client.comments.add("FALCON-1", "for a role")
    client.comments.add("FALCON-1", "a note")
    client.comments.add("FALCON-1", "for all")
    first, second, _third = site.issue("FALCON-1").comments
    first.visibility = {"type": "role", "value": "Administrators"}
    second.public = False
    told: list[Comment] = client.comments.of_issue("FALCON-1")
    assert [one.restricted for one in told] == [True, site.cloud, False]
