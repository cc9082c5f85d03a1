"""How Jira calls its fields, for sentences that people read: a number in a field's id says nothing."""

from __future__ import annotations

import time
import uuid
from collections.abc import Mapping

from connections.models import Connection
from jira_client.client import JiraClient
from jira_client.errors import JiraError

KEPT_FOR = 3600.0  # seconds

# By connection and Jira: a moved connection has fields of other names under the same ids.
_names: dict[tuple[uuid.UUID, uuid.UUID | None], tuple[dict[str, str], float]] = {}


def names_of(connection: Connection, jira: JiraClient) -> Mapping[str, str]:
    """Field id → name; one call an hour and process. Empty where Jira cannot say now: then the ids have
    to do, since the sentence is about something else.
    """
    place = (connection.pk, connection.site_id)
    names, asked = _names.get(place, ({}, 0.0))
    if not names or time.monotonic() - asked > KEPT_FOR:
        try:
            names = {one.id: one.name for one in jira.fields.all()}
        except JiraError:
            return names
        _names[place] = names, time.monotonic()
    return names
