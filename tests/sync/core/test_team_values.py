"""A team's value in a field: what is sent is read back as the same team, in every shape Jira tells."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.core.teams import TeamSource

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
