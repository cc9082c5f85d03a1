"""What somebody sets back in Jira right after our write is taken over, and the history says who did."""

from __future__ import annotations

from typing import Any

import pytest

from planning.history import history_of
from planning.models import Change
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize("values", [{"summary": "ours"}, {"story_points": 77.0}])
@pytest.mark.parametrize("when", ["before the read", "after it", "after it, by webhook"])
def test_the_history_says_who(
    world: World, when_at: Any, values: dict[str, Any], when: str
) -> None:
    key = world.create_issue("as before", **{world.project.field_map["story_points"]: 3})
    world.poll()
    item = world.item(key)
    (name,) = values
    before = getattr(item, name)

    def set_back() -> None:
        world.edit_issue(key, **{world.project.field_map[name]: before})

    world.edit(item, **values)
    if when == "before the read":
        when_at("edit.written", set_back)
    world.push()
    if when != "before the read":
        set_back()
        if when.endswith("webhook"):
            entry = world.handle.site.keys[key].history[-1]
            author = {"displayName": "Ada Admin", "accountId": "ada", "name": "admin"}
            items = [{"field": i.field, "fieldId": i.field_id, "from": i.old, "fromString": i.old_text,
                      "to": i.new, "toString": i.new_text} for i in entry.items]  # fmt: skip
            issue = {"id": item.remote_id, "key": key,
                     "fields": {"project": {"id": world.project.remote_id}}}  # fmt: skip
            world.hook({
                "webhookEvent": "jira:issue_updated", "timestamp": 1, "user": author, "issue": issue,
                "changelog": {"id": str(entry.id), "items": items},
            })  # fmt: skip
            world.drain()
        else:
            world.poll()
    item.refresh_from_db()
    assert getattr(item, name) == before
    change = Change.objects.filter(item=item).latest("id")
    assert change.state == "settled"
    assert "back in Jira right after" in change.message
    if when == "before the read":
        assert "Ada Admin" in change.message
    assert any("set " in step.detail and "back" in step.detail for step in history_of(item))


def test_another_edit_is_none_of_that(world: World) -> None:
    item = world.item(world.create_and_read("as before"))
    world.edit(item, summary="ours")
    world.push()
    world.edit_issue(item.remote_key, summary="something else")
    world.poll()
    assert Change.objects.filter(item=item).latest("id").message == ""
