"""Findings for OAuth 2.0 of a person: what keeps tokens from coming or from being renewed.

Source of Cloud's: https://developer.atlassian.com/cloud/jira/platform/oauth-2-3lo-apps/
Data Center: https://confluence.atlassian.com/adminjiraserver101/configure-an-incoming-link-1455427908.html
How long a refresh token lives: https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens
"""

from http import HTTPStatus

from jira_client import errors
from jira_client.diagnosis.verdict import Case, Finding

_AGAIN = (
    'Choose "Re-authenticate" and allow the access in Jira again. What waits to be sent is kept, and goes '
    "out afterwards."
)


def app_refused(error: errors.AppRefused, case: Case) -> Finding:
    """Client ID or client secret of the app are not taken."""
    if error.status == HTTPStatus.NOT_FOUND:
        return Finding(
            "app_refused",
            "This Jira hands out no tokens by OAuth 2.0: nothing answers at /rest/oauth2/latest/token.",
            "Incoming links by OAuth 2.0 exist from Data Center 8.22 on, and only where Jira's base URL "
            "begins with https. Use OAuth, a Personal Access Token or Basic Auth; or have the proxy's "
            "operator check that it does not hide that path.",
        )
    return Finding(
        "app_refused",
        "The client ID or client secret of the app is not accepted: one of them is wrong, the secret was "
        "replaced by another, or the app was deleted.",
        f"Copy both again {_where(case)}, enter them under “Setup OAuth 2.0” and press “Go on”.",
    )


def code_refused(error: errors.CodeRefused, case: Case) -> Finding:
    """The code of the consent page is not taken."""
    called = "Callback URL" if case.is_cloud else "Redirect URL"
    return Finding(
        "code_refused",
        "Jira does not accept the code that came back after “Allow”: more time went by than a code lives, "
        "or it was used before.",
        f"Press “Allow access in Jira” once more. If it stays so, compare the {called} {_where(case)} with "
        "the one under “Setup OAuth 2.0”: both must be the same, letter by letter.",
    )


def offline_missing(error: errors.OfflineMissing, case: Case) -> Finding:
    """No refresh token came."""
    return Finding(
        "offline_missing",
        "The access was allowed, but without a refresh token: it would end within the hour, so it was not "
        "taken.",
        "The console asks for the scope offline_access each time. Press “Allow access in Jira” once more; "
        "if it stays so, make a new app as shown under “Setup OAuth 2.0”, of the kind OAuth 2.0 "
        "authorization code.",
    )


def other_site(error: errors.OtherSite, case: Case) -> Finding:
    """The consent is for other sites than the one that was entered."""
    allowed = ", ".join(error.allowed) or "none"
    return Finding(
        "other_site",
        f"The access was allowed for another site ({allowed}), not for the one of the Instance URL.",
        "Press “Allow access in Jira” once more and choose, in the list “Use app on”, the site whose "
        "address is the Instance URL; or correct the Instance URL. Where the site is not in the list, log "
        "in to Jira as a user of that site first.",
        (("Instance URL", case.entered_url or ""),),
    )


def grant_ended(error: errors.GrantEnded, case: Case) -> Finding:
    """The refresh token is not taken any more."""
    return Finding(
        "grant_ended",
        "Jira does not renew the access any more: it was taken back in Jira, the account was switched off "
        "or its password changed, or the access was not used for 90 days.",
        _AGAIN,
    )


def renewal_lost(error: errors.RenewalLost, case: Case) -> Finding:
    """The same, once the answer to a renewal did not come."""
    return Finding(
        "renewal_lost",
        "The answer to a renewal of the access was lost on its way, and Jira does not take the token of "
        "before any more.",
        _AGAIN,
    )


def _where(case: Case) -> str:
    if case.is_cloud is False:
        return (
            "in Jira (Administration > Applications > Application links > the link > View details)"
        )
    if case.is_cloud:
        return "in the developer console (developer.atlassian.com > the app > Settings)"
    return "from the app in Jira"
