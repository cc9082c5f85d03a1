"""Failures of the answer itself: late, cut off, too large, or not Jira's."""

from jira_client import errors
from jira_client.diagnosis.verdict import Case, Finding

_UNKNOWN = " What was being written may have arrived: it is looked up before it is sent again."


def slow(error: errors.ReadTimedOut, case: Case) -> Finding:
    """Too late."""
    return Finding(
        "read_timed_out",
        "Jira did not finish its answer in time." + _tail(error),
        "Try again. If it stays so, ask Jira's operator about its load, or the network's about a "
        "proxy that holds answers back.",
    )


def dropped(error: errors.AnswerLost, case: Case) -> Finding:
    """The connection ended."""
    return Finding(
        "connection_dropped",
        "The connection ended before Jira's answer was complete." + _tail(error),
        "Try again. If it stays so, look at the proxy or firewall between this server and Jira.",
    )


def truncated(error: errors.Truncated, case: Case) -> Finding:
    """Cut off."""
    return Finding(
        "truncated",
        "Jira's answer was cut off." + _tail(error),
        "Try again. If it stays so, a proxy between this server and Jira limits the size of answers.",
    )


def too_large(error: errors.TooLarge, case: Case) -> Finding:
    """More than is accepted."""
    return Finding(
        "too_large",
        "Jira's answer is larger than the console accepts.",
        "Map fewer fields, or narrow the JQL filter of the mapped project. If a small request "
        "causes this, something other than Jira answers.",
    )


def not_json(error: errors.NotJson, case: Case) -> Finding:
    """A page, or nothing, in place of JSON."""
    if error.kind == "login_page":
        return Finding(
            "login_page",
            "A login page answers in place of Jira's API." + _tail(error),
            "A single sign-on or proxy stands before Jira. Ask its operator to let this server "
            'reach the paths /rest and /plugins/servlet/oauth past it, or enter an "internal API '
            'URL" under "Advanced Settings".',
        )
    if error.kind == "empty":
        return Finding(
            "empty_answer",
            "The answer is empty where Jira sends data." + _tail(error),
            "Check the Instance URL. Some versions answer like this to a wrong password: test the "
            "credentials too.",
        )
    return Finding(
        "html_answer" if error.kind == "html" else "not_json",
        "Something other than Jira's API answers." + _tail(error),
        "Check that the Instance URL is Jira's base URL with its context path (such as /jira), "
        "without a page behind it. A proxy's error page looks like this too.",
    )


def redirected(error: errors.Redirected, case: Case) -> Finding:
    """Elsewhere."""
    seen = (("leads to", error.location),) if error.location else ()
    if error.to_login:
        return Finding(
            "login_page",
            "Jira's address sends the console to a login page.",
            "A single sign-on stands before Jira. Ask its operator to let this server reach the "
            "paths /rest and /plugins/servlet/oauth past it.",
            seen,
        )
    return Finding(
        "redirected",
        "Jira's address leads to another one: the base URL has moved.",
        "Use the address shown below as Instance URL, without the part behind the context path. "
        "It must equal Jira's base URL (Jira administration > System > General configuration).",
        seen,
    )


def not_jira(error: errors.NotJira, case: Case) -> Finding:
    """No Jira there."""
    return Finding(
        "not_jira",
        "The address answers, but it is not a Jira.",
        "Open the Instance URL in a browser: it must show Jira's own start page. Copy it up to the "
        "context path, for example https://jira.example.com/jira.",
    )


def pages_repeat(error: errors.PagesRepeat, case: Case) -> Finding:
    """A list without an end."""
    return Finding(
        "pages_repeat",
        "A list of Jira's does not end: it hands out a page a second time.",
        "Try again in some minutes. If it stays so, ask whoever runs this Jira, or the proxy before it, "
        "whether answers are kept and given again (caching of /rest must be off).",
    )


def _tail(error: errors.JiraError) -> str:
    return _UNKNOWN if error.outcome_unknown else ""
