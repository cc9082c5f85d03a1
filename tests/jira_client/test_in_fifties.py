"""Ranking and sprint moves go out fifty at a time, and tell what was done when one of them fails."""

import pytest

from jira_client.errors import Invalid
from jira_client.values import RankFailure
from tests.jira_client.servers import CLOUD, answer, scripted

IDS = [str(number) for number in range(120)]
DONE = answer(None, 204, b"")


def test_ranking_after_goes_on_behind_the_last_of_the_fifty_before() -> None:
    client, transport = scripted(CLOUD, DONE)
    assert client.issues.rank(IDS, after="A-9", rank_field="customfield_10019") == []
    bodies = transport.bodies()
    assert [len(body["issues"]) for body in bodies] == [50, 50, 20]
    assert [body["rankAfterIssue"] for body in bodies] == ["A-9", "49", "99"]
    assert bodies[0]["rankCustomFieldId"] == 10019


def test_ranking_before_keeps_its_mark() -> None:
    client, transport = scripted(CLOUD, DONE)
    client.issues.rank(IDS, before="A-9")
    assert [body["rankBeforeIssue"] for body in transport.bodies()] == ["A-9"] * 3


def test_ranking_needs_one_mark() -> None:
    client, transport = scripted(CLOUD, DONE)
    for marks in ({}, {"before": "1", "after": "2"}):
        with pytest.raises(ValueError, match="either"):
            client.issues.rank(IDS, **marks)
    assert transport.sent == []


def test_those_left_behind_are_named() -> None:
    entries = [
        {"issueId": 1, "issueKey": "A-1", "status": 200},
        {"issueId": 2, "issueKey": "A-2", "status": 503, "errors": ["busy"]},
    ]
    client, _ = scripted(CLOUD, answer({"entries": entries}, 207))
    failed = client.issues.rank(["1", "2"], before="9")
    assert failed == [RankFailure("2", "A-2", 503, ("busy",))]


def test_a_move_that_fails_later_tells_what_was_moved() -> None:
    client, _ = scripted(CLOUD, DONE, answer({"errorMessages": ["closed"]}, 400))
    with pytest.raises(Invalid) as caught:
        client.sprints.move(1, IDS)
    assert caught.value.partial == tuple(IDS[:50])


def test_leaving_sprints() -> None:
    client, transport = scripted(CLOUD, DONE)
    client.sprints.to_backlog(IDS[:51])
    assert transport.targets() == ["POST /rest/agile/1.0/backlog/issue"] * 2
