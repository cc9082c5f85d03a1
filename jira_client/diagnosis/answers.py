"""Findings for answers that came late, cut off, too large, or not from Jira's API."""

from urllib.parse import urlsplit

from jira_client import errors
from jira_client.cloud_address import is_site_host
from jira_client.diagnosis.verdict import Case, Finding

_BASE = {
    True: "the address of the site, such as https://acme.atlassian.net (Jira Cloud has no context path)",
    False: "Jira's base URL with its context path (such as /jira)",
}
_UNKNOWN = " What was being written may have arrived: it is looked up before it is sent again."


def slow(error: errors.ReadTimedOut, case: Case) -> Finding:
    """The answer did not come, or not whole, in time."""
    return Finding(
        "read_timed_out",
        "Jira did not finish its answer in time." + _tail(error),
        f"Try again. {case.ask_operator('knows its load')} Under load Jira answers late; a proxy that "
        "holds answers back is known to the network's operator.",
    )


def dropped(error: errors.AnswerLost, case: Case) -> Finding:
    """The connection ended before the answer was complete."""
    return Finding(
        "connection_dropped",
        "The connection ended before Jira's answer was complete." + _tail(error),
        "Try again. If it stays so, look at the proxy or firewall between this server and Jira.",
    )


def truncated(error: errors.Truncated, case: Case) -> Finding:
    """The answer is shorter than it said it would be."""
    return Finding(
        "truncated",
        "Jira's answer was cut off." + _tail(error),
        "Try again. If it stays so, a proxy between this server and Jira limits the size of answers.",
    )


def too_large(error: errors.TooLarge, case: Case) -> Finding:
    """The answer is larger than the console accepts."""
    return Finding(
        "too_large",
        "Jira's answer is larger than the console accepts.",
        "Map fewer fields, or narrow the JQL filter of the mapped project. If a small request "
        "causes this, something other than Jira answers.",
    )


def not_json(error: errors.NotJson, case: Case) -> Finding:
    """A web page, or nothing, came in place of JSON."""
    if error.kind == "login_page":
        return Finding(
            "login_page",
            "A login page answers in place of Jira's API." + _tail(error),
            "A single sign-on or proxy stands before Jira. Ask its operator to let this server "
            'reach the paths /rest and /plugins/servlet/oauth past it, or enter an "internal API '
            'URL" under "Advanced Settings".' + case.let_in,
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
        f"Check that the Instance URL is {_BASE[case.is_cloud is True]}, without a page behind it. A "
        "proxy's error page looks like this too.",
    )


def redirected(error: errors.Redirected, case: Case) -> Finding:
    """The address leads elsewhere: to a login, to a moved Jira, or to no Jira."""
    seen = (("leads to", error.location),) if error.location else ()
    if error.to_login:
        return Finding(
            "login_page",
            "Jira's address sends the console to a login page.",
            "A single sign-on stands before Jira. Ask its operator to let this server reach the "
            "paths /rest and /plugins/servlet/oauth past it." + case.let_in,
            seen,
        )
    if not error.moved_to and _is_start_page(error.location, case):
        return Finding(
            "redirected",
            "Jira's address leads to another one: the base URL has moved.",
            "Open the address shown below in a browser. If Jira answers there, use it as Instance URL. "
            "It must equal Jira's base URL (Jira administration > System > General configuration).",
            seen,
        )
    if not error.moved_to:
        return Finding(
            "leads_elsewhere",
            "Jira's address sends the console to a page elsewhere, which is no Jira.",
            "Open the Instance URL in a browser and look where it leads. If Jira answers there, ask the "
            "operator of the proxy before it to let this server reach the path /rest; if not, correct "
            "the Instance URL.",
            seen,
        )
    if error.moved_to.startswith("http:") and (case.entered_url or "").startswith("https:"):
        return Finding(
            "redirected",
            "Jira's address leads from https to an address that is not encrypted.",
            "Do not enter that one. Ask Jira's operator to correct the proxy, or the scheme in Jira's "
            "connector: it must say https.",
            seen,
        )
    return Finding(
        "redirected",
        "Jira's address leads to another one: the base URL has moved.",
        f"Use {error.moved_to} as Instance URL. It must equal Jira's base URL (Jira administration > "
        "System > General configuration).",
        seen,
    )


def not_jira(error: errors.NotJira, case: Case) -> Finding:
    """What answers at the address is no Jira."""
    return no_jira_there(error, case)


def no_jira_there(error: errors.JiraError, case: Case) -> Finding:
    """What answers at the address is no Jira, most often since the address is mistyped."""
    vacant = any("atlassian cloud notifications" in text.lower() for text in error.messages)
    if vacant or (error.status == 404 and is_site_host(case.host)):
        named = f"called {case.host}" if is_site_host(case.host) else "of this name"
        return Finding(
            "no_such_site",
            f"There is no Atlassian site {named}.",
            "Check the part before .atlassian.net: it is the name that stands in the address of your "
            "Jira when you open it in a browser.",
        )
    copied = (
        "Copy the address of the site, for example https://acme.atlassian.net."
        if case.is_cloud
        else "Copy it up to the context path, for example https://jira.example.com/jira."
    )
    return Finding(
        "not_jira",
        "The address answers, but it is not a Jira.",
        f"Open the Instance URL in a browser: it must show Jira's own start page. {copied}",
    )


def pages_repeat(error: errors.PagesRepeat, case: Case) -> Finding:
    """A list of Jira's does not end."""
    return Finding(
        "pages_repeat",
        "A list of Jira's does not end: it hands out a page a second time.",
        "Try again in some minutes. If it stays so, ask whoever runs this Jira, or the proxy before it, "
        "whether answers are kept and given again (caching of /rest must be off).",
    )


def _is_start_page(location: str, case: Case) -> bool:
    """Whether an address is the root of another host, where a Jira may well be."""
    parts = urlsplit(location)
    return bool(parts.hostname) and parts.hostname != case.host and parts.path in ("", "/")


def _tail(error: errors.JiraError) -> str:
    return _UNKNOWN if error.outcome_unknown else ""
