"""Telling Jira items' places: beside their neighbours on the board, since ranks themselves are opaque."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import F, OuterRef, Subquery

from jira_client.client import JiraClient
from planning.models import WorkItem
from sync.core.values import Rules
from sync.models import ShadowState
from sync.outbound import bulk_moves
from sync.outbound.writes import Edit
from sync.worker.work_slot import Shift


def send(jira: JiraClient, rules: Rules, edits: Sequence[Edit], shift: Shift) -> None:
    """Rank these issues: each run of them before the next item that Jira has, the last run after the
    one before it. One query and, for neighbours that were moved together, one call for fifty.

    What came of it is added to each `sent`; an item without neighbours has no place to tell.
    """
    runs = _runs(edits)
    for (before, after), members in runs.items():
        if before is None and after is None:
            first, *rest = members
            first.sent.accepted["rank"] = first.plan.wanted("rank")
            if not rest:
                continue
            after, members = first.plan.shadow.remote_key, rest

        def call(
            some: Sequence[Edit], before: str | None = before, after: str | None = after
        ) -> dict[str, str]:
            return _rank(jira, rules, some, before, after)

        # What goes behind an anchor goes in from behind, so that the order stays.
        bulk_moves.move(jira, "rank", members, call, shift, backwards=before is None)


def _rank(
    jira: JiraClient,
    rules: Rules,
    edits: Sequence[Edit],
    before: str | None,
    after: str | None,
) -> dict[str, str]:
    keys = [edit.plan.shadow.remote_key for edit in edits]
    left = jira.issues.rank(keys, before, after, rules.fields["rank"])
    return {one.issue_id: " ".join(one.messages) or "Jira left it where it was." for one in left}


def _runs(edits: Sequence[Edit]) -> dict[tuple[str | None, str | None], list[Edit]]:
    """(key of the item after, key of the item before) → the moved items between them, in order."""
    moved = {edit.plan.item_id: edit for edit in edits}
    others = (
        WorkItem.objects.live()
        .filter(
            project_id=OuterRef("project_id"),
            shadow__state=ShadowState.LIVE,
            shadow__absent_since=None,  # Jira knows no place beside what is not there
        )
        .exclude(pk__in=moved)
        .exclude(rank="")
    )
    after = others.filter(rank__gt=OuterRef("rank")).order_by("rank").values("remote_key")[:1]
    before = others.filter(rank__lt=OuterRef("rank")).order_by("-rank").values("remote_key")[:1]
    rows = (
        WorkItem.objects.filter(pk__in=moved)
        .annotate(following=Subquery(after), leading=Subquery(before))
        .order_by(F("rank"), "pk")
        .values_list("pk", "following", "leading")
    )
    runs: dict[tuple[str | None, str | None], list[Edit]] = {}
    for item, following, leading in rows:
        anchor = (following, None) if following else (None, leading)
        runs.setdefault(anchor, []).append(moved[item])
    return runs
