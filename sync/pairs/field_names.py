"""How Jira calls its fields: to read an issue's changes, and for sentences that people read."""

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


def in_changes(connection: Connection, jira: JiraClient) -> Mapping[str, str]:
    """Field id → name, since Data Center's changelogs tell names alone; none where ids are told.

    One call an hour and process. Raises JiraError.
    """
    return {} if jira.flavour.changelog_paged else _names_of(connection, jira)


def in_sentences(connection: Connection, jira: JiraClient) -> Mapping[str, str]:
    """Field id → name, since a number in a field's id says nothing to people.

    What was known last, or nothing, where Jira cannot say now: then the ids have to do, since the
    sentence is about something else.
    """
    try:
        return _names_of(connection, jira)
    except JiraError:
        return _names.get((connection.pk, connection.site_id), ({}, 0.0))[0]


def _names_of(connection: Connection, jira: JiraClient) -> Mapping[str, str]:
    place = (connection.pk, connection.site_id)
    names, asked = _names.get(place, ({}, 0.0))
    if not names or time.monotonic() - asked > KEPT_FOR:
        names = {one.id: one.name for one in jira.fields.all()}
        _names[place] = names, time.monotonic()
    return names
