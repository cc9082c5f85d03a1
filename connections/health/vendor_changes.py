"""What Atlassian changes for one connection: of its kind of Jira, its version and its way in.

The table is `jira_client.vendor_calendar`. Everything is derived from the row; it must not ask Jira.
"""

from __future__ import annotations

from connections.models import Connection
from jira_client import vendor_calendar
from jira_client.vendor_calendar import Change


def ahead_of(connection: Connection) -> list[Change]:
    """What has a day first, by day. A token whose last day is known is warned of by that day instead."""
    found = vendor_calendar.of_jira(
        connection.deployment, connection.version_numbers, connection.auth_method
    )
    told = connection.secret_expires is not None
    return [one for one in found if not (told and one.code == "tokens_end_within_a_year")]
