"""Findings for refused logins: who refuses, which kind of secret, and what may be wrong with it.

Source of passwords and CAPTCHA on Data Center: https://developer.atlassian.com/server/jira/platform/basic-authentication/
API tokens: https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
Service accounts: https://support.atlassian.com/user-management/docs/understand-service-accounts/
Personal access tokens: https://confluence.atlassian.com/enterprise/using-personal-access-tokens-1026032365.html
Allowlists of addresses: https://support.atlassian.com/security-and-access-policies/docs/specify-ip-addresses-for-product-access/
Scopes: https://developer.atlassian.com/cloud/jira/software/scopes-for-oauth-2-3LO-and-forge-apps/
"""

from http import HTTPStatus

from jira_client import errors, scopes
from jira_client.cloud_address import GATEWAY
from jira_client.diagnosis.calls import Call, call_of
from jira_client.diagnosis.verdict import Case, Finding
from jira_client.sender import NOBODY, Sender

UNAUTHORISED = "AUTHORISATION_FAILED"  # Seraph's word: the login is right, but may not use Jira
_TOKENS = "Atlassian account > Security > API tokens"


def captcha(error: errors.CaptchaRequired, case: Case) -> Finding:
    """Jira wants a CAPTCHA after failed logins."""
    stopped = "" if case.draft else " All calls have stopped."
    return Finding(
        "captcha_required",
        f"After failed logins Jira wants a CAPTCHA from {case.who}.{stopped}",
        "Log in to Jira with a browser as this account and solve the CAPTCHA, or ask a Jira admin: "
        "User management > the account > Reset failed login count. Then correct the password here.",
    )


def basic_disabled(error: errors.BasicDisabled, case: Case) -> Finding:
    """Jira takes no user name with this kind of secret: Basic is off, or wants an API token."""
    if error.status == 401 and _sender(error).api_token:
        # Cloud's notice on passwords comes to every Basic login that fails, a token's too.
        return _api_token(error, case)
    if error.status == 401 or case.is_cloud:
        return Finding(
            "password_not_accepted",
            "Jira Cloud does not accept account passwords.",
            f"Create an API token as {case.who} ({_TOKENS}) and enter it as Password.",
        )
    return Finding(
        "basic_disabled",
        "This Jira does not accept user name and password at its API.",
        'Choose "Switch to OAuth", or "Use a Personal Access Token". A Jira admin can also allow '
        "Basic: System > Authentication methods.",
    )


def wrong_token(error: errors.WrongToken, case: Case) -> Finding:
    """A Personal Access Token was sent to Cloud, which takes none."""
    return Finding(
        "wrong_token",
        "This token is of the wrong kind: Jira Cloud does not take Personal Access Tokens.",
        f'Choose "Switch to Basic Auth" and enter the e-mail address of {case.who} as Username and '
        f'an API token ({_TOKENS}) as Password; or choose "Switch to OAuth". Personal Access Tokens '
        "work on Data Center only.",
    )


def client_refused(error: errors.ClientRefused, case: Case) -> Finding:
    """A service account's client ID and secret give no access token."""
    if error.status == HTTPStatus.NOT_FOUND:
        return Finding(
            "client_refused",
            "This Jira hands out no access tokens for service accounts: nothing answers at "
            "/rest/oauth2/latest/token.",
            "Service accounts came to Data Center with recent versions. Use OAuth, a Personal Access Token "
            "or Basic Auth; or check that no proxy hides that path.",
        )
    where = (
        "in Atlassian Administration (Directory > Service accounts > the account > Credentials)"
        if case.is_cloud
        else "in Jira's administration of service accounts"
    )
    return Finding(
        "client_refused",
        "The client ID or client secret of the service account is not accepted: one of them is wrong, or "
        "the credential was revoked.",
        f"Look {where} whether the credential is still there, with this client ID. A client secret is "
        f"shown only once: if in doubt, make a new credential; then {case.press_again('Re-authenticate')}.",
    )


def anonymous(error: errors.AnonymousAnswer, case: Case) -> Finding:
    """Jira answered as to nobody."""
    hint = {
        True: "On Jira Cloud the user name is the e-mail address and the secret an API token that has "
        "not expired; a token with scopes works at Atlassian's gateway only.",
        False: "Check that the password or token has not expired.",
        None: "On Jira Cloud the user name is the e-mail address and the secret an API token that has "
        "not expired; a Personal Access Token works on Data Center only.",
    }[case.is_cloud]
    if address := error.seen.get("address for tokens with scopes", ""):
        hint += (
            f' Enter {address} as "Internal API URL" under "Advanced Settings" for such a token.'
        )
    return Finding(
        "anonymous_answer",
        "Jira answered, but as to nobody: it ignored the credentials.",
        f"Check user name and secret, then {case.press_again('press Re-authenticate and enter them')}. "
        f"{hint} If all is right, check that no proxy removes the Authorization header.",
    )


def authentication(error: errors.AuthenticationRefused, case: Case) -> Finding:
    """Jira refuses the credentials (401)."""
    if error.seen.get("login reason", "") == UNAUTHORISED:
        return not_licensed(case)
    call, sender = call_of(error), _sender(error)
    if call is Call.LINK:
        return link_refused(error, case)
    if call is Call.LOOK:
        return strangers(error, case)
    if sender.api_token or sender.service_account:
        return _api_token(error, case)
    again = case.press_again("Re-authenticate")
    return Finding(
        "authentication_refused",
        f"Jira does not accept the credentials of {case.who}.",
        f"{_check(sender, case)}; then {again}. If all is right, a proxy may remove the "
        "Authorization header. Nothing more is sent until a person asks for it, so that Jira does "
        "not lock the account.",
    )


def link_refused(error: errors.JiraError, case: Case) -> Finding:
    """Jira's OAuth refuses without one of its words: neither an account nor a password is in play."""
    return Finding(
        "link_refused",
        "Jira refuses the application link without giving a reason.",
        "Ask a Jira admin to look at the application link in Jira (Application links > edit > "
        '"Incoming"): is there an incoming link with exactly the Consumer Key and the Public Key of '
        '"Setup OAuth"? If it is there, a proxy before Jira may remove the Authorization header.',
    )


def strangers(error: errors.JiraError, case: Case) -> Finding:
    """A call without credentials is refused by something that does not show that it is Jira."""
    return Finding(
        "strangers_refused",
        "What answers at this address turns the console away before any login, and does not show that "
        "it is Jira. No credential was sent.",
        "Check the Instance URL. If it is right, something stands before Jira: ask its operator to let "
        "this server reach the paths /rest and /plugins/servlet/oauth.",
    )


def foreign(error: errors.ForeignLogin, case: Case) -> Finding:
    """Something before Jira asks for a login of its own."""
    prompt = error.seen.get("asks for", "")
    what = f"What refuses is not Jira: something before it wants a login of its own ({prompt})."
    return Finding(
        "foreign_login",
        f"{what} Jira's credentials were not sent there." if _sender(error).nobody else what,
        "Ask the operator of the proxy before Jira to let this server reach the paths /rest and "
        '/plugins/servlet/oauth without that login, or enter an "internal API URL" under "Advanced '
        "Settings\" that leads past it. This console sends Jira's credentials to Jira alone."
        + case.let_in,
    )


def call_refused(error: errors.CallRefused, case: Case) -> Finding:
    """Jira accepts the account and refuses this one call."""
    scoped = any("scope" in text.lower() for text in error.messages)
    if scoped or _sender(error).api_token or case.is_cloud:
        return Finding(
            "scope_missing",
            "Jira accepts the account, but its token lacks a scope that this call needs.",
            f"Make a token with {_scopes(error)}; then "
            f"{case.press_again('Re-authenticate')}. A token without scopes may do all that the "
            "account may.",
        )
    return Finding(
        "call_refused",
        "Jira accepts the account, but refuses this one call.",
        'The credentials are right. Run the permission report ("#3 Permissions"): some versions answer so '
        "to a missing permission. If none is missing, ask a Jira admin whether the account has access to "
        "this application, and the operator of a proxy before Jira whether it lets this path through.",
    )


def origin(error: errors.OriginRefused, case: Case) -> Finding:
    """An allowlist of addresses does not hold this server's."""
    own = error.seen.get("this server's own address", "")
    where = (
        "adds it: admin.atlassian.com > Security > IP allowlists"
        if case.is_cloud is not False
        else "adds it to the allowlist"
    )
    who = "An organisation admin" if case.is_cloud is not False else "Jira's operator"
    known = (
        f" Here it is {own}; behind a router Jira sees the router's public address." if own else ""
    )
    return Finding(
        "origin_refused",
        "Jira refuses the network address of this server: it is not on the allowlist.",
        f"{who} {where}. Which address that is, the operator of this server's network knows.{known}",
    )


def not_licensed(case: Case) -> Finding:
    """The login is right, but the account has no licence for the product."""
    where = "Product access, once Application access" if case.is_cloud else "Application access"
    return Finding(
        "not_licensed",
        f"{case.who} has no licence for this Jira application.",
        f"Ask a Jira admin to give the account access to Jira Software ({where}).",
    )


def _sender(error: errors.JiraError) -> Sender:
    return error.sender or NOBODY


def _check(sender: Sender, case: Case) -> str:
    if sender.way == "oauth1":
        return "Authenticate again: the access of this link has ended"
    if sender.way == "pat":
        return (
            "Check that the token is whole, and that it has not expired or been revoked (in Jira: "
            "profile picture > Profile > Personal Access Tokens)"
        )
    secret = "the API token" if case.is_cloud else "the password or token"
    return f"Check user name and {secret}, and that it has not expired"


def _api_token(error: errors.JiraError, case: Case) -> Finding:
    """An API token of Cloud was entered, and refused."""
    sender, address = _sender(error), error.seen.get("address for tokens with scopes", "")
    named = address or f"{GATEWAY}<cloudId>"
    tried, untried = error.seen.get("tried as well", ""), error.seen.get("why it was not tried", "")
    again = case.press_again("Re-authenticate")
    if sender.service_account and not case.at_gateway:
        return Finding(
            "gateway_needed",
            "The token of a service account works only at Atlassian's gateway, not at the site's own "
            "address.",
            f"Let this server call {named}, where it was to be tried ({untried}), then {again}."
            if untried
            else f'Enter {named} as "Internal API URL" under "Advanced Settings", then {again}. The '
            "Instance URL stays the address of the site.",
        )
    if tried:
        elsewhere = (
            f" It was tried at Atlassian's gateway as well, where tokens with scopes work: {tried}."
        )
    elif untried:
        elsewhere = (
            f" A token with scopes, or of a service account, works at {named} alone, which could not be "
            f"asked: {untried}"
        )
    elif case.at_gateway:
        elsewhere = ""
    else:
        elsewhere = (
            f" A token with scopes, or of a service account, works only at {named}: enter that as "
            '"Internal API URL" under "Advanced Settings".'
        )
    return Finding(
        "authentication_refused",
        f"Jira does not accept the API token of {case.who}.",
        "What was entered looks like an API token: check that it is whole, that it has not expired or been "
        "revoked, and that the Username "
        f"is the e-mail address of the account that made it ({_TOKENS}); then {again}.{elsewhere}",
    )


def _scopes(error: errors.CallRefused) -> str:
    """The scopes that the refused call needs, as a phrase."""
    needs = scopes.of_call(error.method or "", error.path or "")
    if needs is not None:
        every = ", ".join(scopes.everything())
        return (
            f"the scopes that this call needs ({', '.join(needs.shortest)}), best with all that the board "
            f"uses ({every})"
        )
    if scopes.area_of(error.path or "") == scopes.WEBHOOK:
        return (
            "manage:jira-webhook; without it the webhook is registered by hand, or Jira is polled"
        )
    return f"all scopes that the board needs ({', '.join(scopes.everything())})"
