"""Items that a person kept on the board when their issues had gone from Jira: looked for once more.

What is read again, whoever asked for it, is the same pair as before (`Shadow.may_return`). Most come
with the list of the daily comparison; what its filter hides is asked for by id, a bounded number a day.
"""

from __future__ import annotations

from django.db.models import F
from django.utils import timezone

from connections.models import MappedProject
from jira_client.client import JiraClient
from sync.inbound import bisect
from sync.models import Absence, Shadow, ShadowState
from sync.pairs.rules import rules_of

LOOKED_FOR = 100  # at each comparison; where there are more, the next one goes on


def look(jira: JiraClient, project: MappedProject) -> int:
    """Ask for issues whose items were kept, those first that were not asked for the longest; how many
    are there again.

    One call, and on Cloud one more for each that is still away, whose bulk answer does not say why.
    Raises JiraError.
    """
    rows = Shadow.objects.filter(
        project=project, state=ShadowState.GONE, absence=Absence.KEPT, item__deleted=None
    )
    order = (F("absent_since").asc(nulls_first=True), "pk")
    ids = list(rows.order_by(*order).values_list("remote_id", flat=True)[:LOOKED_FOR])
    if not ids:
        return 0
    began = timezone.now()
    issues = jira.issues.fetch(ids, rules_of(project).read_fields).issues
    bisect.receive_shown(jira, project, issues, began=began)
    rows.filter(remote_id__in=ids).update(absent_since=began)
    return len(issues)
