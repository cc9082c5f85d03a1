"""The random edits of a history: who acts next is drawn, each acknowledged act is noted down."""

from __future__ import annotations

from collections.abc import Callable

from tests.soak.admin_hands import AdminHands
from tests.soak.board_hands import BoardHands
from tests.soak.comment_hands import CommentHands
from tests.soak.jira_hands import JiraHands
from tests.soak.written import Written

__all__ = ["Hands", "Written"]


class Hands(BoardHands, JiraHands, CommentHands, AdminHands):
    def act(self, actions: int, *, calm: bool = False) -> None:
        """`calm`: nothing is hidden, moved, completed or given another time, for what is arranged
        meanwhile."""
        verbs: dict[Callable[[], None], int] = {
            self.edit_board: 8,
            self.edit_jira: 8,
            self.create_board: 3,
            self.create_jira: 2,
            self.plan_board: 2,
            self.plan_jira: 1,
            self.link_board: 2,
            self.rank_board: 1,
            self.rank_jira: 1,
            self.delete_board: 1,
            self.delete_jira: 1,
            self.comment_board: 3,
            self.recomment_board: 1,
            self.uncomment_board: 1,
            self.comment_jira: 2,
            self.recomment_jira: 1,
            self.uncomment_jira: 1,
        }
        if not calm:
            verbs |= {
                self.convert_jira: 1,
                self.complete_sprint: 1,
                self.field_goes: 1,
                self.hide_jira: 1,
                self.move_jira: 1,
            }
        if not calm and self.ways.polls:
            verbs[self.step_clock] = 1
        self._act(verbs, actions)

    def act_on_board(self, actions: int) -> None:
        """While Jira's people are not to be reached."""
        self._act({self.edit_board: 4, self.create_board: 1, self.rank_board: 1}, actions)

    def _act(self, verbs: dict[Callable[[], None], int], actions: int) -> None:
        for verb in self.rng.choices(list(verbs), list(verbs.values()), k=actions):
            self.count += 1
            verb()

    def act_on_both(self) -> None:
        """One field of one pair, edited on both sides before anybody looks."""
        self.count += 1
        item = self.item()
        issue = self.site.issue(item.remote_id) if item and item.remote_id else None
        if item is None or issue is None or issue.project.key != self.world.project.key:
            return
        name = self.rng.choice(self.fields)
        if not self._lacks(issue, name):
            self.write_board(item, name, self.value(name))
            self.count += 1
            self.write_jira(issue, name, self.value(name))

    def act_by_every_verb(self) -> None:
        """So that every kind of change waits for a worker."""
        self.count += 1
        self.create_board()
        self.edit_board()
        self.link_board()
        self.rank_board()
        self.unlink_board()
        self.uncomment_board()
        self.recomment_board()
        for _ in range(2):  # one to be changed next time, and one to be taken away
            self.count += 1
            self.comment_board()
        self.delete_board(at_least=1)
