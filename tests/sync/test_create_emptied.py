"""A field that was emptied before its create went out was empty in Jira from the beginning: what stands
there at the first read, somebody in Jira wrote, though it is what the board once held."""

from __future__ import annotations

from typing import Any

import pytest

from planning.models import Change
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    ("field", "before", "after"), [("description", "As before", ""), ("story_points", 3.0, None)]
)
def test_what_jira_writes_there_is_taken(
    world: World, when_at: Any, field: str, before: Any, after: Any
) -> None:
    item = world.create("Emptied", **{field: before})
    world.edit(item, **{field: after})

    def written_in_jira() -> None:
        key = world.issues("Emptied")[0]
        assert not world.issue(key)[world.project.field_map[field]]
        world.edit_issue(key, **{world.project.field_map[field]: before})

    when_at("create.sent", written_in_jira)
    world.settle()
    item.refresh_from_db()
    assert getattr(item, field) == before
    assert world.issue(item.remote_key)[world.project.field_map[field]] == before
    assert set(Change.objects.filter(item=item).values_list("state", flat=True)) == {"settled"}
