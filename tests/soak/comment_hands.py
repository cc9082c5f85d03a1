"""Random comments by people on both sides: written, changed, taken away; each acknowledged, then noted."""

from __future__ import annotations

from almconnect.lib.api import Refused
from jira_sandbox.model.issues import Comment as JiraComment
from jira_sandbox.model.issues import Issue
from planning import comment_editing
from planning.models import Comment
from sync.core.comments import marked
from tests.soak.board_hands import GONE
from tests.soak.scene import Scene


class CommentHands(Scene):
    def comment_board(self) -> None:
        item, text = self.item(), f"Said here {self.count}"
        if item is None:
            return
        try:
            made = self.world.comment(item, text)
        except Refused as refusal:
            if refusal.status not in GONE:
                raise
            return
        self.written.comments[str(made.pk)] = text

    def recomment_board(self) -> None:
        comment, text = self._own(), f"Said anew {self.count}"
        if comment is None:
            return
        try:
            comment_editing.edit_comment(comment.pk, text, actor=self.world.person)
        except Refused as refusal:
            if refusal.status not in GONE:
                raise
            return
        self.written.comments[str(comment.pk)] = text

    def uncomment_board(self) -> None:
        comment = self._own()
        if comment is None:
            return
        try:
            comment_editing.delete_comment(comment.pk, actor=self.world.person)
        except Refused as refusal:
            if refusal.status not in GONE:
                raise
            return
        self.written.comments[str(comment.pk)] = None

    def comment_jira(self) -> None:
        issue = self.issue()
        self.told(lambda: self.world.comment_there(issue.key, f"Said there {self.count}"))

    def recomment_jira(self) -> None:
        """Anybody's: those of ours are then changed there alone."""
        found = self._there()
        if found is None:
            return
        issue, comment = found
        self._touched(comment)
        path = f"/rest/api/2/issue/{issue.id}/comment/{comment.id}"
        body = f"{comment.body}\nand {self.count}"
        self.told(lambda: self.world.jira("PUT", path, body=body))

    def uncomment_jira(self) -> None:
        found = self._there()
        if found is None:
            return
        issue, comment = found
        self._touched(comment)
        self.told(lambda: self._delete_comment(issue, comment))

    def _delete_comment(self, issue: Issue, comment: JiraComment) -> None:
        if comment in issue.comments:  # else the answer to an earlier try was lost
            self.world.jira("DELETE", f"/rest/api/2/issue/{issue.id}/comment/{comment.id}")

    def _touched(self, comment: JiraComment) -> None:
        """What becomes of one of ours is not the board's alone to say from here."""
        if mark := marked(comment.properties):
            self.written.comments_touched.add(mark)

    def _own(self) -> Comment | None:
        """One that the person may change."""
        rows = Comment.objects.live().filter(
            item__project=self.world.project, from_jira=False, item__deleted=None
        )
        found = list(rows.filter(edited_in_jira=False).order_by("created", "pk"))
        return self.rng.choice(found) if found else None

    def _there(self) -> tuple[Issue, JiraComment] | None:
        for permission in ("EDIT_ALL_COMMENTS", "DELETE_ALL_COMMENTS"):
            self.world.grant(permission, user="admin")
        with self.site.lock:
            found = [
                (one, comment)
                for one in self.site.issues.values()
                if one.project.key == self.world.project.key and one.seen_by is None
                for comment in one.comments
            ]
        return self.rng.choice(found) if found else None
