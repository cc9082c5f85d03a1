"""Which ways in this Jira offers, in words: by the table of `jira_client.flavour`, never by guessing.

An instance that is not known yet offers every way. It must not do I/O.
"""

from __future__ import annotations

from django.utils.translation import gettext as _

from connections.models import AuthMethod
from jira_client.flavour import Flavour


def offered(flavour: Flavour | None) -> list[str]:
    """The methods that this Jira can be signed in by."""
    return [method for method in AuthMethod.values if not refusal(method, flavour)]


def refusal(method: str, flavour: Flavour | None) -> str:
    """Why this Jira cannot be signed in by that method, and what to use instead; empty: it can."""
    if method == AuthMethod.OAUTH2 and flavour is not None and not flavour.oauth2:
        return _(
            "This is Jira Data Center %(version)s; OAuth 2.0 exists from 8.22 on. Use OAuth or Basic Auth."
        ) % {"version": ".".join(str(part) for part in flavour.version_numbers)}
    if flavour is None or method != AuthMethod.PAT or flavour.pat:
        return ""
    if flavour.is_cloud:
        return _(
            "Jira Cloud takes no Personal Access Token. Use OAuth, or Basic Auth with the e-mail "
            "address and an API token."
        )
    return _(
        "This is Jira Data Center %(version)s; Personal Access Tokens exist from 8.14 on. Use OAuth "
        "or Basic Auth."
    ) % {"version": ".".join(str(part) for part in flavour.version_numbers)}


def note(method: str, flavour: Flavour | None) -> str:
    """What to know before choosing this method on this Jira; empty where there is nothing."""
    if flavour is None:
        return ""
    if method == AuthMethod.OAUTH1 and flavour.oauth1_deprecated:
        return _oauth_note(flavour)
    if method == AuthMethod.BASIC and flavour.basic_default_off:
        return _(
            "From Jira 11 on Basic Auth is switched off unless a Jira admin allowed it. Use OAuth or "
            "a Personal Access Token, or ask the Jira admin to allow it: Administration > System > "
            "Authentication methods > Allow basic authentication on API calls."
        )
    if method == AuthMethod.BASIC and flavour.is_cloud:
        return _(
            "On Jira Cloud the Password is an API token, made by the service user at "
            "id.atlassian.com > Security > API tokens."
        )
    return ""


def _oauth_note(flavour: Flavour) -> str:
    if flavour.is_cloud:
        return _(
            "Atlassian calls OAuth 1.0a on Jira Cloud deprecated and names no end date. If your site "
            "does not offer such a link any more, use OAuth 2.0, or Basic Auth with an API token."
        )
    return _(
        "Atlassian calls OAuth 1.0a deprecated from Jira 9.16 on. It works; OAuth 2.0 and a Personal "
        "Access Token are there as well, if your Jira admin prefers one of them."
    )
