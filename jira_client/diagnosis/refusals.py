"""Findings for what Jira refuses an account that it lets in: permission, content, pace; and its faults.

Each refusal is of one call, made as somebody or as nobody: see `calls`. Logins are in `logins`.

Source of status codes: https://developer.atlassian.com/cloud/jira/platform/rest/v3/intro/
Cross-site requests: https://support.atlassian.com/atlassian-cloud/kb/xsrf-check-failed-when-calling-cloud-apis
Rates: https://developer.atlassian.com/cloud/jira/platform/rate-limiting/
Rates, Data Center: https://confluence.atlassian.com/adminjiraserver/adjusting-your-code-for-rate-limiting-987143384.html
Webhook addresses: https://developer.atlassian.com/cloud/jira/platform/webhooks
"""

from jira_client import errors
from jira_client.diagnosis import answers, logins
from jira_client.diagnosis.calls import Call, call_of
from jira_client.diagnosis.verdict import Case, Finding
from jira_client.durations import in_words

_AGILE = "/rest/agile/"
_WITHOUT_CONTENT = (Call.LOOK, Call.MYSELF, Call.LINK)


def xsrf(error: errors.XsrfRefused, case: Case) -> Finding:
    """Jira's protection against cross-site requests refused the call."""
    return Finding(
        "xsrf_refused",
        "Jira's protection against cross-site requests refused the call.",
        "A proxy between this server and Jira changes the User-Agent or removes the header "
        "X-Atlassian-Token. Ask its operator to pass both unchanged.",
    )


def permission(error: errors.PermissionRefused, case: Case) -> Finding:
    """Jira refuses the account this call (403)."""
    words, call = " ".join(error.messages).lower(), call_of(error)
    if "archiv" in words:
        return _archived()
    if call is Call.LOOK:
        return logins.strangers(error, case)
    if "licen" in words or error.seen.get("login reason", "") == logins.UNAUTHORISED:
        return logins.not_licensed(case)
    if call is Call.LINK:
        return logins.link_refused(error, case)
    if call is Call.MYSELF:
        return Finding(
            "account_refused",
            f"Jira, or something before it, refuses {case.who} altogether (403). No permission in a "
            "project is missing: asking who one is needs none.",
            "The answer's own words are below, if it has any. Ask a Jira admin whether this account may "
            "use Jira and its API, and the operator of a proxy or firewall before Jira whether it lets "
            "this server sign in by this method.",
        )
    if "answered by" in error.seen:
        return Finding(
            "blocked_on_the_way",
            "Something before Jira blocks this call (403): the page that came bears no mark of Jira.",
            "Ask the operator of the proxy or firewall before Jira to let this server reach all of /rest, "
            "for reading and writing. The page's own words are below.",
        )
    return Finding(
        "permission_refused",
        f"{case.who} may not do this in Jira.",
        'Run the permission report ("#3 Permissions"): it names the missing permission and holds '
        "the text to send to the Jira admin.",
    )


def not_found(error: errors.NotFound, case: Case) -> Finding:
    """Something is missing, invisible, or at an address that this Jira does not have (404)."""
    call = call_of(error)
    if call is Call.LINK:
        return Finding(
            "no_oauth_here",
            "This Jira has no OAuth 1.0a at that address.",
            "Check the Instance URL with its context path. If it is right, Jira's OAuth plugin is "
            "switched off, or a gateway hides the path /plugins/servlet: ask Jira's operator, or use a "
            "Personal Access Token or Basic Auth."
            if not case.is_cloud
            else "Check the Instance URL: with OAuth it is the address of the site itself, not a "
            "gateway's. Basic Auth with an API token works without.",
        )
    if call in (Call.LOOK, Call.MYSELF):
        return answers.no_jira_there(error, case)
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
    """Jira refuses content, a question, or the request itself (400)."""
    if "archiv" in " ".join((*error.messages, *error.field_errors.values())).lower():
        return _archived()
    call = call_of(error)
    if call is Call.WEBHOOK:
        return _webhook(error, case)
    if call is Call.QUESTION:
        return Finding(
            "invalid",
            "Jira refuses the question.",
            "Jira's own words are below. Correct the JQL filter of the mapped project, or the mapping "
            "that names what Jira does not know.",
        )
    if call is not Call.CONTENT:
        return _request(error)
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


def _request(error: errors.JiraError) -> Finding:
    """A refusal that names content, of a call that has none: it is the request itself."""
    return Finding(
        "request_refused",
        f"What answers at Jira's address refuses the request itself ({error.status}).",
        "Its own words are below, if it has any. Check the Instance URL and its port; then ask the "
        "operator of the web server or proxy before Jira, who finds the request in its log at this "
        "time.",
    )


def _webhook(error: errors.Invalid, case: Case) -> Finding:
    words = " ".join(error.messages).lower()
    if "invalid.url" in words or "https" in words:
        return Finding(
            "webhook_address",
            "Jira does not call the address of this console: Jira Cloud calls https addresses only.",
            "The console's operator sets its public https address (ALMCONNECT_BASE_URL). Until then "
            "changes in Jira are polled.",
        )
    return Finding(
        "webhook_refused",
        "Jira refuses to register the webhook.",
        "Jira's own words are below. A Jira admin can add it by hand as shown on tab “#5 Webhook”; "
        "until then changes in Jira are polled.",
    )


def conflict(error: errors.ConflictRefused, case: Case) -> Finding:
    """Somebody else changed the same thing at the same moment (409)."""
    if call_of(error) in _WITHOUT_CONTENT:
        return _request(error)
    return Finding(
        "conflict_refused",
        "Somebody changed the same thing in Jira at the same moment.",
        case.again("a moment") if case.draft else "Nothing to do: it is read again and sent again.",
    )


def gone(error: errors.Gone, case: Case) -> Finding:
    """This Jira no longer has the call (410)."""
    return Finding(
        "api_gone",
        "This Jira no longer offers a call that the console uses.",
        'Run "Test connection", which asks the instance for its version again. If it stays so, '
        "update the console.",
    )


def too_big(error: errors.TooBig, case: Case) -> Finding:
    """Jira takes no more of it: a limit per issue, or the size of the request (413)."""
    if call_of(error) in _WITHOUT_CONTENT:
        return _request(error)
    return Finding(
        "too_big",
        "It is more than Jira takes: too much text, or too many links or comments on one issue.",
        "Shorten it on the board, or remove links in Jira, and send again.",
    )


def workflow(error: errors.WorkflowInvalid, case: Case) -> Finding:
    """The workflow or its configuration does not allow it (422)."""
    if call_of(error) in _WITHOUT_CONTENT:
        return _request(error)
    return Finding(
        "workflow_invalid",
        "The project's workflow or its configuration does not allow this.",
        "Ask the project's admin to look at the workflow's conditions and validators.",
    )


def rate_limited(error: errors.RateLimited, case: Case) -> Finding:
    """Jira asks to pause (429)."""
    wait = in_words(error.retry_after) if error.retry_after is not None else ""
    often = (
        " Cloud's limit is fixed: no Jira admin can raise it, as by Data Center's System > Rate limiting."
        if case.is_cloud
        else " If it happens often, a Jira admin can raise the limit: System > Rate limiting."
    )
    return Finding(
        "rate_limited",
        f"Jira asks the console to pause{f' for {wait}' if wait else ''}.",
        f"{case.again(wait or 'a minute')}{often}",
    )


def server_fault(error: errors.ServerFault, case: Case) -> Finding:
    """Jira failed inside (5xx)."""
    return Finding(
        "server_fault",
        "Jira failed inside, or is being restarted.",
        f"{case.again()} {case.ask_operator('finds the cause in its log at this time')}",
    )


def starting(error: errors.Starting, case: Case) -> Finding:
    """Jira is starting or in maintenance."""
    return Finding(
        "starting",
        "Jira is starting, or in maintenance.",
        f"{case.again()} {case.ask_operator('knows why it does not come up')}",
    )


def bad_payload(error: errors.BadPayload, case: Case) -> Finding:
    """A webhook delivery came that is not one of Jira's."""
    return Finding(
        "bad_payload",
        "A webhook delivery came that is not one of Jira's.",
        'Check that only Jira knows the webhook address. Make a new address under "#5 Webhook" if '
        "it got out.",
    )


def other(error: errors.JiraError, case: Case) -> Finding:
    """An error that has no sentence of its own."""
    what = str(error) or "Jira refuses the call."
    return Finding(
        error.code,
        what if what.endswith((".", "!", "?")) else f"{what}.",
        "Jira's own words are below, if it sent any. Try again, and ask a Jira admin if it stays so.",
    )


def _unknown_address(error: errors.NotFound) -> bool:
    """Whether Jira does not know the address itself, rather than the thing behind it."""
    words = " ".join(error.messages).lower()
    return not words or words.startswith("null for uri") or "dead link" in words


def _archived() -> Finding:
    return Finding(
        "archived",
        "The project or issue is archived in Jira, so it can only be read.",
        "Restore it in Jira, or pause or remove the mapped project here.",
    )
