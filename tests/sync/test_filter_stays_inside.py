"""A mapping's filter cannot reach beyond its project, though Jira itself would take the query."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from accounts.models import User
from tests.callers import ApiCaller
from tests.sync.world import World

ESCAPES = [
    "labels = pi) OR (labels != pi",
    'labels = "pi") OR (project = PAY',
    "labels = pi ORDER BY rank",
]


@pytest.mark.django_db
@pytest.mark.parametrize("text", ESCAPES)
def test_what_leaves_its_brackets_is_refused_and_not_kept(
    world: World, admin: User, token_of: Callable[..., str], text: str
) -> None:
    before = world.project.jql
    answer = ApiCaller(token_of(admin)).patch(f"/projects/{world.project.pk}", {"jql": text})
    assert (answer.status_code, answer.json()["error"]["code"]) == (422, "filter_invalid")
    assert list(answer.json()["error"]["fields"]) == ["jql"]
    world.project.refresh_from_db()
    assert world.project.jql == before


@pytest.mark.django_db
def test_a_filter_that_stays_inside_is_taken(
    world: World, admin: User, token_of: Callable[..., str]
) -> None:
    text = 'labels is EMPTY OR summary ~ "a) OR (b ORDER BY"'
    answer = ApiCaller(token_of(admin)).patch(f"/projects/{world.project.pk}", {"jql": text})
    assert answer.status_code == 200, answer.content
