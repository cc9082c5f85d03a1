"""Characters that JSON can carry and no database column can hold neither stop a read nor lose the rest."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sync.models import Conflict, Delivery
from tests.soak.checker import writes
from tests.sync.importing import run_to_end
from tests.sync.world import World

pytestmark = pytest.mark.django_db
ODD = ("before\x00after", "\u202eturned", "\x1b[31mred", "😀 " * 40)


def spoil(world: World, word: str, key: str = "FALCON-1") -> None:
    """In every text that people type into Jira, and in the names that its admin gives."""
    site = world.handle.site
    with site.lock:
        issue = next(one for one in site.issues.values() if one.key == key)
        issue.values["summary"] = f"{word} sum"
        issue.values["description"] = f"{word}\n{word} text"
        issue.values["labels"] = (word.replace(" ", "_")[:60],)
        issue.updated = site.now()
        issue.status = replace(issue.status, name=f"{word} status")
        issue.type = replace(issue.type, name=f"{word} type")
        for user in site.users.values():
            user.display_name = f"{user.name} {word}"
        issue.values["assignee"] = site.users["tom"]
        for sprint in site.sprints.values():
            sprint.name = f"{sprint.name} {word}"[:60]


@pytest.mark.parametrize("word", ODD, ids=["nul", "turned", "escape", "pictures"])
@pytest.mark.parametrize("how", ["import", "poll", "webhook"])
def test_the_rest_is_read_and_nothing_echoes(world: World, word: str, how: str) -> None:
    spoil(world, word)
    if how == "webhook":
        told = {"id": str(world.item("FALCON-1").remote_id), "key": "FALCON-1"}
        told["fields"] = {"summary": f"{word} sum"}
        world.hook({"webhookEvent": "jira:issue_updated", "timestamp": 1, "issue": told})
        world.drain()
    elif how == "import":
        run = run_to_end(world)
        assert (run.state, run.findings.get("unreadable", 0)) == ("finished", 0), run.message
    else:
        world.poll()
    item = world.item("FALCON-1")
    assert item.summary.endswith(" sum")
    assert "\x00" not in item.summary + item.description + "".join(item.labels)
    before = writes(world)
    world.settle()
    world.reconcile()
    assert writes(world) == before
    assert not Conflict.objects.exists()
    assert not Delivery.objects.filter(state="failed").exists()
