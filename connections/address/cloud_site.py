"""Where a token with scopes works: Atlassian's gateway, by the site's id, which the site tells anybody.

Source: the reference, sections A and J (`/_edge/tenant_info`, undocumented and long stable). It must not
send a credential.
"""

from __future__ import annotations

import copy
import re

from django.conf import settings

from connections.access import gateway
from connections.models import Connection
from jira_client.cloud_address import is_gateway
from jira_client.errors import AuthenticationRefused, JiraError
from jira_client.protocol import Request
from jira_client.values import Deployment

_ID = re.compile(r"[0-9a-fA-F-]{8,60}")


def gateway_address(connection: Connection) -> str:
    """The gateway's address of the Cloud site at the Instance URL; empty where that tells no id."""
    found = site_id(connection)
    return f"{settings.ATLASSIAN_API}/ex/jira/{found}" if found else ""


def name_gateway(connection: Connection, error: AuthenticationRefused) -> None:
    """Adds to a refused API token's error the address at which one with scopes would work."""
    sender = error.sender
    if sender is None or not (sender.api_token or sender.service_account):
        return
    if connection.deployment == Deployment.DATA_CENTER.value:
        return
    if is_gateway(connection.api_url or connection.base_url):
        return
    if found := gateway_address(connection):
        error.seen["address for tokens with scopes"] = found


def site_id(connection: Connection) -> str:
    """The id of the Cloud site at the connection's address; empty where it does not tell."""
    site = copy.copy(connection)
    site.api_url = ""  # the site alone tells it, not the gateway
    with gateway.anonymously(site) as client:
        try:
            told = client.call(Request("GET", "/_edge/tenant_info", anonymous_ok=True))
        except JiraError:
            return ""  # a hint is missing then; the refusal itself is told all the same
    found = str(told.get("cloudId") or "") if isinstance(told, dict) else ""
    return found if _ID.fullmatch(found) else ""
