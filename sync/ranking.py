"""Telling Jira an item's place: beside its neighbour on the board, since ranks themselves are opaque."""

from __future__ import annotations

from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError, NotFound, PermissionRefused
from planning.models import WorkItem
from sync.core.values import Rules
from sync.models import Shadow
from sync.sending import Sent


def send(jira: JiraClient, rules: Rules, shadow: Shadow, sent: Sent) -> None:
    """Rank the issue before the next item of its project that Jira has, else after the one before it.

    What came of it is added to `sent`; an item without neighbours has no place to tell.
    """
    row = (
        WorkItem.objects.live()
        .filter(project_id=shadow.project_id)
        .exclude(pk=shadow.item_id)
        .exclude(remote_id="")
        .exclude(rank="")
    )
    rank = shadow.item.rank
    following = row.filter(rank__gt=rank).order_by("rank").first()
    leading = row.filter(rank__lt=rank).order_by("-rank").first()
    if following is None and leading is None:
        sent.accepted["rank"] = rank
        return
    before = following.remote_key if following else None
    after = leading.remote_key if leading and not following else None
    try:
        failed = jira.issues.rank([shadow.remote_key], before, after, rules.fields["rank"])
    except (Invalid, PermissionRefused, NotFound) as error:
        sent.refused["rank"] = " ".join(error.messages) or str(error)
        return
    except JiraError as error:
        sent.failure = error
        return
    if failed:
        sent.refused["rank"] = " ".join(failed[0].messages) or "Jira left it where it was."
    else:
        sent.accepted["rank"] = rank
