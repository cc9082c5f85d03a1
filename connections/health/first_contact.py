"""Is it Jira that answers there? Asked before any credential travels, and never by a credential.

First as nobody. What turns strangers away proves nothing: a single sign-on before Jira may let those who
sign in pass. So where nobody is let in, the same question is asked once more with a made-up credential of
the kind at hand; whatever lets that pass to Jira shows Jira's own refusal, or its answer. Only then is it
Jira, and only then does a credential go there. Who asks for a login of its own is somebody else. The
reasons are in docs/decisions/0060. It must not hold, send or ask for a credential.
"""

from __future__ import annotations

from connections.access import gateway
from connections.models import Connection
from jira_client.client import JiraClient
from jira_client.errors import (
    AuthenticationRefused,
    ForeignLogin,
    JiraError,
    NotJira,
    NotJson,
    OAuthProblem,
    PermissionRefused,
    Redirected,
)
from jira_client.values import ServerInfo


def meet(connection: Connection, way: str) -> ServerInfo | None:
    """What Jira tells strangers; None where it is Jira and tells them nothing.

    `way`: the method of the credential that would go there. Raises JiraError where it is no Jira, or
    nothing shows that it is.
    """
    try:
        return _asked(gateway.anonymous_for(connection))
    except JiraError as error:
        if error.from_jira and turns_away(error):
            return None
        if not turns_away(error):
            raise
        return _knock(connection, way, error)


def greet(connection: Connection) -> ServerInfo | None:
    """The same where the credential was proven at this address before: being turned away as nobody
    then means nothing. Raises JiraError for everything else.
    """
    try:
        return _asked(gateway.anonymous_for(connection))
    except JiraError as error:
        if turns_away(error):
            return None
        raise


def turns_away(error: JiraError) -> bool:
    """Whether an answer to nobody may be different for somebody."""
    if isinstance(error, Redirected):
        return error.to_login
    if isinstance(error, NotJson):
        return error.kind == "login_page"
    if isinstance(error, NotJira):
        # A gate hides what is behind it by a page or by nothing; an API speaks for itself.
        return error.status == 404 and not error.speaks_json
    return isinstance(error, AuthenticationRefused | PermissionRefused | OAuthProblem)


def _knock(connection: Connection, way: str, away: JiraError) -> ServerInfo | None:
    """Asks with a made-up credential. Raises what turned the stranger away where Jira does not show."""
    try:
        return _asked(gateway.made_up_for(connection, way))
    except ForeignLogin:
        raise
    except JiraError as error:
        if error.from_jira:
            return None
        raise away from error


def _asked(client: JiraClient) -> ServerInfo:
    try:
        return client.server_info()
    finally:
        client.close()
