"""Which scopes the token in use has, where Atlassian said so when it handed it out.

Told with the token of a service account and of an app that a person allowed; not told of API tokens, nor
is it a matter of Data Center. It must not ask Jira.
"""

from __future__ import annotations

from connections.access import person_tokens, service_tokens
from connections.models import AuthMethod, Connection
from jira_client.cloud_address import is_gateway


def of(connection: Connection) -> tuple[str, ...] | None:
    """None where nobody told. Raises SealBroken."""
    if not is_gateway(connection.api_url or connection.base_url):
        return None
    if connection.auth_method == AuthMethod.SERVICE:
        return service_tokens.told_scopes(connection)
    if connection.auth_method == AuthMethod.OAUTH2:
        return person_tokens.told_scopes(connection)
    return None
