"""Issues and sprints of a moment, for what provokes a crash point: they are nobody's random work."""

from __future__ import annotations

import time
import uuid

from django.db.models import QuerySet

from planning.models import WorkItem
from sync.models import Delivery
from tests.soak.hands import Hands

CREATES = r"/issue(/bulk)?$"
PATIENCE = 20.0


def passing(hands: Hands) -> WorkItem:
    """A new issue of Jira's that is on the board already."""
    key = hands.world.create_issue(f"Passing {uuid.uuid4().hex[:8]}")
    if hands.ways.polls:
        hands.world.poll()
    else:
        wait_to_hear(hands, str(hands.site.keys[key].id))
        hands.world.drain()
    return WorkItem.objects.get(project=hands.world.project, remote_key=key)


def synced(hands: Hands) -> QuerySet[WorkItem]:
    """Items that are in step."""
    rows = WorkItem.objects.filter(project=hands.world.project, deleted=None, sync_state="synced")
    return rows.exclude(remote_key="")


def future_sprint(hands: Hands) -> int:
    """A new sprint of the team's board."""
    body = {"name": f"Sprint {uuid.uuid4().hex[:8]}", "originBoardId": hands.world.project.board_id}
    return int(hands.world.jira("POST", "/rest/agile/1.0/sprint", **body)["id"])


def wait_to_hear(hands: Hands, remote_id: str, event: str = "jira:") -> None:
    """Until Jira has told of this issue: its webhooks come when they come."""
    mine = Delivery.objects.filter(connection=hands.world.connection, state="waiting")
    rows = mine.filter(issue_id=remote_id, event__startswith=event)
    until = time.monotonic() + PATIENCE
    while not rows.exists():
        if time.monotonic() > until:
            raise AssertionError(f"no webhook of Jira's told of issue {remote_id}")
        time.sleep(0.02)
