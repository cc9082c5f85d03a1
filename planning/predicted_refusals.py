"""What Jira will refuse for certain, said on the item before anybody tries it. Reads only."""

from __future__ import annotations

from django.utils.translation import gettext as _

from connections.models import DeletionPolicy, PermissionReport, ReportState
from planning.models import WorkItem

DELETE = "DELETE_ISSUES"
MISSING = "missing"


def of_deleting(item: WorkItem) -> str:
    """Why Jira will not delete the item's issue, as the newest permission report knows; empty where it
    may, or where nobody has looked.
    """
    project = item.project
    if project is None or not item.remote_id or project.deletion_policy != DeletionPolicy.DELETE:
        return ""
    taken = PermissionReport.objects.filter(
        connection=project.connection_id, state=ReportState.FINISHED, offered=False
    ).first()
    rows = taken.rows if taken else []
    row = next((one for one in rows if one.get("key") == project.key), None)
    if row is None or row.get("states", {}).get(DELETE) != MISSING:
        return ""
    words = _(
        "Jira will refuse to delete %(key)s: the account lacks “Delete Issues” in %(project)s, says the "
        "permission report. Ask a Jira admin for it, or set the project's deletion policy to keep "
        "issues in Jira."
    )
    return words % {"key": item.remote_key, "project": project.key}
