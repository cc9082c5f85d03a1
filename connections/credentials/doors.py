"""Where a token of Jira Cloud works, and how it is sent there: found out, so that nobody has to know.

An API token without scopes works at the site, one with scopes, or of a service account, at Atlassian's
gateway alone; there by Basic or as a bearer token. A credential is tried at the site's own address and at
that gateway, and nowhere else; its id is asked of the site without one. Must not store anything.

Source: https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
"""

from __future__ import annotations

import copy
from dataclasses import replace
from typing import Final
from urllib.parse import urlsplit

from connections.address import cloud_site
from connections.credentials.credential import Credential
from connections.models import AuthMethod, Connection
from jira_client.cloud_address import is_gateway
from jira_client.errors import AnonymousAnswer, AuthenticationRefused, JiraError, WrongToken
from jira_client.sender import Sender, by_password, by_token
from jira_client.values import Deployment, ServerInfo

# What a site answers to a token that would work at the gateway, and the gateway to one of the site
TURNED_DOWN: Final = (AuthenticationRefused, AnonymousAnswer, WrongToken)


def first(connection: Connection, credential: Credential) -> Credential:
    """The credential with the address at which it is tried first. The token of a service account is not
    sent to the site, which does not take it, where the site says its id.
    """
    at_site = not is_gateway(connection.api_url or connection.base_url)
    known = credential.api_url is not None or not _is_of_cloud(connection, credential)
    if known or not (at_site and _sender(credential).service_account):
        return credential
    found = cloud_site.gateway_address(connection)
    return replace(credential, api_url=found) if found else credential


def others(connection: Connection, credential: Credential) -> list[Credential]:
    """The other ways in which this credential, which was turned down at its first address, may work."""
    if not _is_of_cloud(connection, credential):
        return []
    tried = connection.api_url if credential.api_url is None else credential.api_url
    found = []
    gateway = tried if is_gateway(tried) else cloud_site.gateway_address(connection)
    if gateway and gateway != tried:
        found.append(replace(credential, api_url=gateway))
    if gateway and credential.method == AuthMethod.BASIC:
        found.append(replace(credential, api_url=gateway, method=AuthMethod.PAT, username=""))
    at_site = is_gateway(tried) and not is_gateway(connection.base_url)
    if at_site and not _sender(credential).service_account:
        found.append(replace(credential, api_url=""))
    return found


def unreached(credential: Credential, problem: JiraError) -> JiraError:
    """The gateway could not be asked, and the site does not take such a token: what to tell of it."""
    error = AuthenticationRefused("The token works at Atlassian's gateway alone.")
    error.sender = _sender(credential)
    error.seen["address for tokens with scopes"] = credential.api_url or ""
    error.seen["why it was not tried"] = str(problem)
    return error


def at(connection: Connection, credential: Credential) -> Connection:
    """The connection as it would call with this credential; nothing is saved."""
    if credential.api_url is None or credential.api_url == connection.api_url:
        return connection
    found = copy.copy(connection)
    found.api_url = credential.api_url
    return found


def leads_to(connection: Connection, server: ServerInfo) -> bool:
    """Whether the site behind the gateway is the one whose address people entered: its id was the
    address's own word.
    """
    told, entered = urlsplit(server.base_url), urlsplit(connection.base_url)
    return is_gateway(connection.base_url) or told.netloc.lower() == entered.netloc.lower()


def _is_of_cloud(connection: Connection, credential: Credential) -> bool:
    """Whether it is a token that Cloud gives out, for what may be Cloud, called at an address of its."""
    danced = credential.method in (AuthMethod.OAUTH1, AuthMethod.OAUTH2)
    if danced or connection.deployment == Deployment.DATA_CENTER:
        return False
    if connection.api_url and not is_gateway(connection.api_url):
        return False
    if credential.method == AuthMethod.SERVICE:
        return True
    sender = _sender(credential)
    return sender.api_token or sender.service_account


def _sender(credential: Credential) -> Sender:
    secret = credential.secret.reveal()
    if credential.method == AuthMethod.BASIC:
        return by_password(credential.username, secret)
    if credential.method == AuthMethod.SERVICE:
        return Sender("service", service_account=True)
    return by_token(secret)
