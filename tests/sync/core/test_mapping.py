"""Jira's words and the board's, there and back, on both flavours."""

from __future__ import annotations

import pytest

from jira_client.values import Issue
from sync.core.mapping import say, see
from sync.core.values import Lookups, Rules

CLOUD = Rules(
    project_id="10",
    project_key="A",
    types={"Story": "7"},
    fields={
        "summary": "summary",
        "description": "description",
        "status": "status",
        "story_points": "customfield_1",
        "assignee": "assignee",
        "labels": "labels",
        "priority": "priority",
        "parent": "parent",
        "iteration": "customfield_2",
    },
    statuses={"To Do": "1", "Doing": "3"},
    links={"blocks": "Blocks"},
)
FIELDS = {
    "project": {"id": "10"},
    "issuetype": {"id": "7", "name": "Story"},
    "status": {"id": "3", "name": "In Progress", "statusCategory": {"key": "indeterminate"}},
    "summary": "Buy a  ticket",
    "description": "line\r\nnext\r\n",
    "customfield_1": 3,
    "assignee": {"accountId": "abc", "displayName": "Ann"},
    "labels": ["b", "a"],
    "priority": {"id": "2", "name": "High"},
    "parent": {"id": "55", "key": "ART-5"},
    "customfield_2": [
        {"id": 4, "name": "S4", "state": "closed"},
        {"id": 5, "name": "S5", "state": "active"},
    ],
    "issuelinks": [
        {
            "id": "900",
            "type": {"id": "1", "name": "Blocks", "inward": "is blocked by", "outward": "blocks"},
            "outwardIssue": {"id": "56", "key": "A-6"},
        },
        {
            "id": "901",
            "type": {"id": "9", "name": "Cloners", "inward": "x", "outward": "y"},
            "outwardIssue": {"id": "57", "key": "A-7"},
        },
    ],
}
LOOKUPS = Lookups(iterations={5: "it-5"}, items={"55": "item-55"})


def test_an_issue_in_the_boards_words():
    seen = see(CLOUD, LOOKUPS, Issue("50", "A-1", FIELDS))
    assert seen.type == "Story"
    assert seen.values == {
        "summary": "Buy a ticket",
        "description": "line\nnext",
        "status": "Doing",
        "story_points": 3.0,
        "assignee": "abc",
        "labels": ["a", "b"],
        "priority": "High",
        "parent": "item-55",
        "iteration": "it-5",
    }
    assert seen.names["assignee"] == "Ann"
    assert [(link.remote_id, link.link_type, link.target_id) for link in seen.links] == [
        ("900", "Blocks", "56"),
        ("901", "Cloners", "57"),
    ]
    assert CLOUD.link_table.to_board("Blocks", "Story", "Story") == "blocks"
    assert CLOUD.link_table.to_board("Cloners", "Story", "Story") is None


def test_what_jira_left_out_is_left_out():
    seen = see(CLOUD, LOOKUPS, Issue("50", "A-1", {"summary": "x"}))
    assert seen.values == {"summary": "x"}


def test_a_status_that_is_not_mapped_keeps_jiras_name():
    fields = {"status": {"id": "99", "name": "Waiting for legal"}}
    assert see(CLOUD, LOOKUPS, Issue("1", "A-1", fields)).values["status"] == "Waiting for legal"


def test_the_sprint_of_data_center_is_read_from_its_string():
    text = (
        "com.atlassian.greenhopper.service.sprint.Sprint@1f[id=5,rapidViewId=2,state=ACTIVE,"
        "name=S, 5 [x],startDate=<null>,endDate=<null>,completeDate=<null>,sequence=5,goal=]"
    )
    seen = see(CLOUD, LOOKUPS, Issue("1", "A-1", {"customfield_2": [text]}))
    assert seen.values["iteration"] == "it-5"


def test_board_values_in_jiras_words():
    out = say(
        CLOUD,
        {
            "summary": "x",
            "story_points": 5.0,
            "assignee": "abc",
            "status": "Doing",
            "iteration": "it-5",
            "parent": "item-55",
            "wsjf": 2.0,
        },
        sprints={"it-5": 5},
        parents={"item-55": ("55", "ART-5")},
    )
    assert out.fields == {
        "summary": "x",
        "customfield_1": 5.0,
        "assignee": {"accountId": "abc"},
        "parent": {"key": "ART-5"},
    }
    assert (out.status, out.sprint, out.unmapped) == ("3", (True, 5), ("wsjf",))


def test_taking_the_parent_away_is_an_operation_on_cloud():
    out = say(CLOUD, {"parent": None}, sprints={}, parents={})
    assert out.update == {"parent": [{"set": {"none": True}}]}


@pytest.mark.parametrize(("parent", "sent"), [("item-55", "ART-5"), (None, None)])
def test_an_epic_link_is_a_key(parent, sent):
    rules = Rules("10", "A", {}, {"parent": "customfield_9"}, {}, {}, parent_style="epic_link")
    out = say(rules, {"parent": parent}, sprints={}, parents={"item-55": ("55", "ART-5")})
    assert out.fields == {"customfield_9": sent}


def test_an_iteration_without_a_sprint_stays_on_the_board():
    out = say(CLOUD, {"iteration": "it-9"}, sprints={}, parents={})
    assert (out.sprint, out.unmapped) == ((False, None), ("iteration",))


@pytest.mark.parametrize("kind", [{"issuetype": {"id": "7"}}, {}])
def test_an_issue_read_whole_that_names_no_parent_has_none(kind):
    """Jira Cloud leaves `parent` out where there is none; a read of some fields says nothing of it."""
    seen = see(CLOUD, LOOKUPS, Issue("50", "A-1", {"summary": "x", **kind}))
    assert seen.values.get("parent", "not told") == (None if kind else "not told")


def test_a_parent_that_the_board_lacks_is_kept_in_mind():
    fields = {"issuetype": {"id": "7"}, "parent": {"id": "77", "key": "ART-7"}}
    seen = see(CLOUD, LOOKUPS, Issue("50", "A-1", fields))
    assert (seen.values["parent"], seen.refs) == (None, {"parent": "77", "parent_key": "ART-7"})


DATA_CENTER = Rules(
    "10",
    "A",
    {"Story": "7", "Sub-task": "8"},
    {"parent": "customfield_9"},
    {},
    {},
    parent_style="epic_link",
    subtasks=frozenset({"Sub-task"}),
)


def test_a_subtask_of_data_center_names_its_parent_in_a_field_of_its_own():
    lookups = Lookups(items={"56": "story", "ART-5": "feature"})
    story = {"issuetype": {"id": "7"}, "customfield_9": "ART-5"}
    below = {"issuetype": {"id": "8"}, "customfield_9": None, "parent": {"id": "56", "key": "A-6"}}
    assert see(DATA_CENTER, lookups, Issue("1", "A-1", story)).values["parent"] == "feature"
    assert see(DATA_CENTER, lookups, Issue("2", "A-2", below)).values["parent"] == "story"
    assert (
        set(DATA_CENTER.parent_fields)
        == {"customfield_9", "parent"}
        <= set(DATA_CENTER.read_fields)
    )
    mine = DATA_CENTER.of_type("Sub-task")
    out = say(mine, {"parent": "story"}, sprints={}, parents={"story": ("56", "A-6")})
    assert out.fields == {"parent": {"key": "A-6"}}
    assert DATA_CENTER.of_type("Story") is DATA_CENTER
