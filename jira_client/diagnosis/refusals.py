"""What Jira refuses in so many words: login, permission, content, pace."""

from jira_client import errors
from jira_client.diagnosis.verdict import Case, Finding

_AGILE = "/rest/agile/"
_UNAUTHORISED = "AUTHORISATION_FAILED"  # Seraph's word: the login is right, but may not use Jira


def captcha(error: errors.CaptchaRequired, case: Case) -> Finding:
    """Locked by failed logins."""
    return Finding(
        "captcha_required",
        f"After failed logins Jira wants a CAPTCHA from {case.who}. All calls have stopped.",
        "Log in to Jira with a browser as this account and solve the CAPTCHA, or ask a Jira admin: "
        "User management > the account > Reset failed login count. Then correct the password here.",
    )


def basic_disabled(error: errors.BasicDisabled, case: Case) -> Finding:
    """Basic is off, or wants a token."""
    if error.status == 401 or case.is_cloud:
        return Finding(
            "password_not_accepted",
            "Jira Cloud does not accept account passwords.",
            f"Create an API token as {case.who} (Atlassian account > Security > API tokens) and "
            "enter it as Password.",
        )
    return Finding(
        "basic_disabled",
        "This Jira does not accept user name and password at its API.",
        'Choose "Switch to OAuth", or "Use a Personal Access Token". A Jira admin can also allow '
        "Basic: System > Authentication methods.",
    )


def wrong_token(error: errors.WrongToken, case: Case) -> Finding:
    """A Personal Access Token on Cloud."""
    return Finding(
        "wrong_token",
        "This token is of the wrong kind: Jira Cloud does not take Personal Access Tokens.",
        f'Choose "Switch to Basic Auth" and enter the e-mail address of {case.who} as Username and '
        "an API token (Atlassian account > Security > API tokens) as Password; or choose "
        '"Switch to OAuth". Personal Access Tokens work on Data Center only.',
    )


def anonymous(error: errors.AnonymousAnswer, case: Case) -> Finding:
    """Answered as to nobody."""
    return Finding(
        "anonymous_answer",
        "Jira answered, but as to nobody: it ignored the credentials.",
        "Check user name and secret. On Jira Cloud the user name is the e-mail address and the "
        "secret an API token that has not expired; a Personal Access Token works on Data Center "
        "only. With OAuth, check that no proxy removes the Authorization header, and "
        "authenticate again.",
    )


def authentication(error: errors.AuthenticationRefused, case: Case) -> Finding:
    """401."""
    if _login_reason(error) == _UNAUTHORISED:
        return _not_licensed(case)
    secret = "the API token" if case.is_cloud else "the password or token"
    return Finding(
        "authentication_refused",
        f"Jira does not accept the credentials of {case.who}.",
        f"Check user name and {secret}, and that it has not expired; then Re-authenticate. If all "
        "is right, a proxy may remove the Authorization header. Nothing more is sent until a person "
        "asks for it, so that Jira does not lock the account.",
    )


def xsrf(error: errors.XsrfRefused, case: Case) -> Finding:
    """Cross-site protection."""
    return Finding(
        "xsrf_refused",
        "Jira's protection against cross-site requests refused the call.",
        "A proxy between this server and Jira changes the User-Agent or removes the header "
        "X-Atlassian-Token. Ask its operator to pass both unchanged.",
    )


def permission(error: errors.PermissionRefused, case: Case) -> Finding:
    """403."""
    words = " ".join(error.messages).lower()
    if "archiv" in words:
        return _archived()
    if "licen" in words or _login_reason(error) == _UNAUTHORISED:
        return _not_licensed(case)
    return Finding(
        "permission_refused",
        f"{case.who} may not do this in Jira.",
        'Run the permission report ("#3 Permissions"): it names the missing permission and holds '
        "the text to send to the Jira admin.",
    )


def not_found(error: errors.NotFound, case: Case) -> Finding:
    """404: missing, invisible, or no Jira Software."""
    if (error.path or "").startswith(_AGILE) and _unknown_address(error):
        return Finding(
            "jira_software_missing",
            "This Jira has no boards and sprints: Jira Software is missing, or not for this account.",
            "Ask a Jira admin whether Jira Software is installed and the account has access to it.",
        )
    return Finding(
        "not_found",
        "Jira does not have it, or the account may not see it.",
        f"Check that {case.who} holds Browse Projects, and that issue security does not hide it. "
        "Nothing is deleted on the board because of this answer.",
    )


def invalid(error: errors.Invalid, case: Case) -> Finding:
    """400."""
    if "archiv" in " ".join((*error.messages, *error.field_errors.values())).lower():
        return _archived()
    screen = [name for name, text in error.field_errors.items() if "screen" in text.lower()]
    if screen:
        return Finding(
            "field_not_on_screen",
            f"Jira does not let this field be set here: {', '.join(screen)}.",
            "Ask the project's admin to put the field on the create and edit screens, or take it "
            'out of the mapping ("#4 Fields and statuses").',
        )
    return Finding(
        "invalid",
        "Jira refuses the content.",
        "Jira's own words are below. Correct the value on the board, or the mapping, and send again.",
    )


def conflict(error: errors.ConflictRefused, case: Case) -> Finding:
    """409."""
    return Finding(
        "conflict_refused",
        "Somebody changed the same thing in Jira at the same moment.",
        "Nothing to do: it is read again and sent again.",
    )


def gone(error: errors.Gone, case: Case) -> Finding:
    """410."""
    return Finding(
        "api_gone",
        "This Jira no longer offers a call that the console uses.",
        'Run "Test connection", which asks the instance for its version again. If it stays so, '
        "update the console.",
    )


def too_big(error: errors.TooBig, case: Case) -> Finding:
    """413."""
    return Finding(
        "too_big",
        "It is more than Jira takes: too much text, or too many links or comments on one issue.",
        "Shorten it on the board, or remove links in Jira, and send again.",
    )


def workflow(error: errors.WorkflowInvalid, case: Case) -> Finding:
    """422."""
    return Finding(
        "workflow_invalid",
        "The project's workflow or its configuration does not allow this.",
        "Ask the project's admin to look at the workflow's conditions and validators.",
    )


def rate_limited(error: errors.RateLimited, case: Case) -> Finding:
    """429."""
    wait = f" for {error.retry_after:g} seconds" if error.retry_after is not None else ""
    return Finding(
        "rate_limited",
        f"Jira asks the console to pause{wait}.",
        "Nothing to do: work goes on afterwards. If it happens often on Data Center, a Jira admin "
        "can raise the limit: System > Rate limiting.",
    )


def server_fault(error: errors.ServerFault, case: Case) -> Finding:
    """5xx."""
    return Finding(
        "server_fault",
        "Jira failed inside, or is being restarted.",
        "It is tried again. If it stays so, Jira's operator finds the cause in Jira's log at this "
        "time.",
    )


def bad_payload(error: errors.BadPayload, case: Case) -> Finding:
    """A webhook that is none."""
    return Finding(
        "bad_payload",
        "A webhook delivery came that is not one of Jira's.",
        'Check that only Jira knows the webhook address. Make a new address under "#5 Webhook" if '
        "it got out.",
    )


def other(error: errors.JiraError, case: Case) -> Finding:
    """Anything that has no sentence of its own."""
    what = str(error) or "Jira refuses the call."
    return Finding(
        error.code,
        what if what.endswith((".", "!", "?")) else f"{what}.",
        "Jira's own words are below, if it sent any. Try again, and ask a Jira admin if it stays so.",
    )


def _login_reason(error: errors.JiraError) -> str:
    return error.seen.get("login reason", "")


def _unknown_address(error: errors.NotFound) -> bool:
    """Whether Jira does not know the address itself, rather than the thing behind it."""
    words = " ".join(error.messages).lower()
    return not words or words.startswith("null for uri") or "dead link" in words


def _not_licensed(case: Case) -> Finding:
    return Finding(
        "not_licensed",
        f"{case.who} has no licence for this Jira application.",
        "Ask a Jira admin to give the account access to Jira Software (Application access).",
    )


def _archived() -> Finding:
    return Finding(
        "archived",
        "The project or issue is archived in Jira, so it can only be read.",
        "Restore it in Jira, or pause or remove the mapped project here.",
    )
