"""Random edits by people on the board, each acknowledged before it is noted down."""

from __future__ import annotations

import uuid
from typing import Any

from almconnect.lib.api import Refused
from planning.card_moves import move_item
from planning.link_editing import remove_link
from planning.models import Link, WorkItem
from sync.core.echo import same
from sync.pairs.rules import values_of
from tests.soak.scene import BOARD, Scene

GONE = (404, 409)  # deleted meanwhile by Jira's side


class BoardHands(Scene):
    def edit_board(self) -> None:
        item = self.item()
        if item is not None:
            name = self.rng.choice(self.fields_of(BOARD))
            self.write_board(item, name, self.value(name))

    def write_board(self, item: WorkItem, name: str, value: Any) -> bool:
        """One field of one item; False where it stands there already, or the item is gone."""
        saw = values_of(item)[name]
        if same(name, saw, value) or not _fits(item, name, value):
            return False
        sent = value
        if name == "assignee":
            sent = {"id": value, "name": value} if value else None
        try:
            self.world.edit(item, **{name: sent})
        except Refused as refusal:
            planned = name in ("iteration", "team") and refusal.status == 422
            if refusal.status not in GONE and not planned:  # a sprint that is over takes nothing in
                raise
            return False
        self.written.on_board(str(item.pk), name, value, saw)
        return True

    def create_board(self) -> None:
        summary = f"Board {self.count}"
        points = float(self.count % 9)
        item = self.world.create(summary, story_points=points)
        self.written.board_created[str(item.pk)] = summary
        self.written.on_board(str(item.pk), "story_points", points, None)

    def plan_board(self) -> None:
        """Into an iteration that is a sprint, or out of it."""
        item = self.item()
        if item is None:
            return
        _, iteration = self.rng.choice(self.sprints)
        if item.iteration_id != (iteration and uuid.UUID(iteration)):
            self.write_board(item, "iteration", iteration)

    def link_board(self) -> None:
        source, target = self.item(), self.item()
        if source is None or target is None or source == target:
            return
        if Link.objects.filter(source=source, target=target, deleted=None).exists():
            return
        try:
            self.world.link(source, target)
        except Refused as refusal:
            if refusal.status not in (*GONE, 422):  # an end is gone, or it would be a circle
                raise

    def unlink_board(self) -> None:
        mine = Link.objects.filter(source__project=self.world.project, deleted=None)
        link = mine.exclude(remote_id="").first()
        if link is not None:
            remove_link(link.pk, actor=self.world.person)

    def rank_board(self) -> None:
        """Put some item in front of another."""
        item, before = self.item(), self.item()
        if item is not None and before is not None and item != before:
            move_item(item.pk, actor=self.world.person, before=before.pk)

    def delete_board(self, at_least: int = 10) -> None:
        item = self.item()
        mine = WorkItem.objects.filter(project=self.world.project, deleted=None)
        if item is None or mine.count() < at_least:
            return
        try:
            self.world.delete(item)
        except Refused as refusal:
            if refusal.status not in GONE:
                raise
            return
        self.written.board_deleted.add(str(item.pk))


def _fits(item: WorkItem, name: str, value: Any) -> bool:
    """An iteration is planned by a team, so there is none without."""
    if name == "iteration":
        return not value or item.team_id is not None
    return name != "team" or bool(value) or item.iteration_id is None
