"""What is needed to read an issue's changes: how fields are called there."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping

from connections.models import Connection
from jira_client.client import JiraClient

NAMES_FOR = 3600.0  # seconds that the names of fields are kept

# By connection and Jira: a moved connection has fields of other names under the same ids.
_names: dict[tuple[uuid.UUID, uuid.UUID | None], tuple[dict[str, str], float]] = {}


def names_of(connection: Connection, jira: JiraClient) -> Mapping[str, str]:
    """Field id → name, since Data Center's changelogs tell names alone; none where ids are told.

    One call an hour and process. Raises JiraError.
    """
    if jira.flavour.changelog_paged:
        return {}
    place = (connection.pk, connection.site_id)
    names, asked = _names.get(place, ({}, 0.0))
    if not names or time.monotonic() - asked > NAMES_FOR:
        names = {one.id: one.name for one in jira.fields.all()}
        _names[place] = names, time.monotonic()
    return names
