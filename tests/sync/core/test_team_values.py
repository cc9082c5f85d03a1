"""A team's value in a field: what is sent is read back as the same team, in every shape Jira tells."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.teams import TeamSource, told_teams

WORDS = st.text("abcdefgh0123456789-", min_size=1, max_size=12)
TEAMS = st.dictionaries(WORDS, WORDS, min_size=1, max_size=4).filter(
    lambda found: len(set(found.values())) == len(found)
)


def shown(shape: str, sent: Any) -> list[Any]:
    """How Jira may tell what was sent: of a Team field the object or, on some instances, the bare id."""
    if sent is None:
        return [None]
    if shape == "option":
        return [{"self": "https://x", "value": sent["value"], "id": "~7"}]
    if shape == "string":
        return [sent]
    return [sent, {"id": sent, "name": "~The team", "title": "~The team", "avatarUrl": ""}]


@given(st.sampled_from(["option", "string", "team", "any"]), TEAMS, st.data())
def test_what_is_sent_is_read_back(shape: str, values: dict[str, str], data):
    source = TeamSource("field", "customfield_1", shape, values)
    team = data.draw(st.sampled_from([*values, None]))
    body: dict[str, Any] = {}
    source.say(team, body, {})
    for told in shown(shape, body["customfield_1"]):
        assert source.read(told) == (team, "")


@pytest.mark.parametrize("raw", [{"id": "9", "name": "Red", "title": "The Reds"}, "The Reds"])
def test_a_strange_team_is_told_by_the_name_that_people_know(raw):
    source = TeamSource("field", "customfield_1", "team", {"t": "1"})
    assert source.read(raw) == (None, "The Reds")


# What sources say that Data Center tells of team 4158; `told_teams` names them.
DATA_CENTER = [
    ("4158", "4158"),
    (4158, "4158"),
    ({"id": "4158"}, "4158"),
    ({"id": 4158, "title": "Dashboard", "isShareable": True}, "Dashboard"),
    ({"id": "4158", "name": "Dashboard"}, "Dashboard"),
    ([{"id": 4158, "title": "Dashboard"}], "Dashboard"),
    (["4158"], "4158"),
]


@pytest.mark.parametrize(("raw", "name"), DATA_CENTER, ids=repr)
def test_every_shape_of_data_center_is_the_same_team(raw: Any, name: str):
    source = TeamSource("field", "customfield_1", "any", {"other": "41", "team": "4158"})
    assert source.read(raw) == ("team", "")
    assert told_teams(raw) == {"4158": name}


@pytest.mark.parametrize("raw", [None, "", [], {}, {"id": None}, {"title": "No id"}, True, 1.5])
def test_what_names_no_team_teaches_none(raw: Any):
    assert told_teams(raw) == {}


def test_an_id_goes_before_a_team_that_is_called_like_another_ones_id():
    source = TeamSource("field", "customfield_1", "any", {"called": "7", "meant": "4158"})
    assert source.read({"id": 4158, "title": "7"}) == ("meant", "")
