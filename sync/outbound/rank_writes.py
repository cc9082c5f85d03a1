"""Telling Jira items' places: beside their neighbours on the board, since ranks themselves are opaque."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from django.db.models import F, OuterRef, Subquery

from jira_client.client import JiraClient
from planning.models import WorkItem
from sync.core.edit_result import EditResult, Results
from sync.core.values import Rules
from sync.models import ShadowState
from sync.outbound import bulk_moves
from sync.outbound.edit_plans import EditPlan
from sync.worker.work_slot import Shift


def send(jira: JiraClient, rules: Rules, plans: Sequence[EditPlan], shift: Shift) -> Results:
    """Rank these issues: each run of them before the next item that Jira has, the last run after the
    one before it. One query and, for neighbours that were moved together, one call for fifty.

    What came of each; an item without neighbours has no place to tell. Raises LeaseLost.
    """
    runs = _runs(plans)
    found: dict[uuid.UUID, EditResult] = {}
    for (before, after), members in runs.items():
        if before is None and after is None:
            first, *rest = members
            found[first.item_id] = EditResult(accepted={"rank": first.wanted("rank")})
            if not rest:
                continue
            after, members = first.shadow.remote_key, rest

        def call(
            some: Sequence[EditPlan], before: str | None = before, after: str | None = after
        ) -> dict[str, str]:
            return _rank(jira, rules, some, before, after)

        # What goes behind an anchor goes in from behind, so that the order stays.
        found |= bulk_moves.move(jira, "rank", members, call, shift, backwards=before is None)
    return found


def _rank(
    jira: JiraClient,
    rules: Rules,
    plans: Sequence[EditPlan],
    before: str | None,
    after: str | None,
) -> dict[str, str]:
    keys = [plan.shadow.remote_key for plan in plans]
    left = jira.issues.rank(keys, before, after, rules.fields["rank"])
    return {one.issue_id: " ".join(one.messages) or "Jira left it where it was." for one in left}


def _runs(plans: Sequence[EditPlan]) -> dict[tuple[str | None, str | None], list[EditPlan]]:
    """(key of the item after, key of the item before) → the moved items between them, in order."""
    moved = {plan.item_id: plan for plan in plans}
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
    runs: dict[tuple[str | None, str | None], list[EditPlan]] = {}
    for item, following, leading in rows:
        anchor = (following, None) if following else (None, leading)
        runs.setdefault(anchor, []).append(moved[item])
    return runs
