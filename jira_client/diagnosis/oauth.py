"""Findings for OAuth problems: each of the provider's words, and what to do about it.

Source of the words: http://wiki.oauth.net/w/page/12238543/ProblemReporting
Causes: https://confluence.atlassian.com/kb/oauth-troubleshooting-guide-719095274.html
A wrong signature: https://confluence.atlassian.com/kb/oauth-error-oauth_problem-signature_invalid-720406720.html
"""

from datetime import UTC, datetime

from jira_client import errors
from jira_client.diagnosis.base_string import (
    Difference,
    base_string_differences,
    seen_address,
    url_differences,
)
from jira_client.diagnosis.verdict import Case, Finding

_AGAIN = 'Choose "Re-authenticate" and allow access in Jira again.'
_LINK = 'In Jira: Application links > the link to the console > edit > "Incoming". '
_PROXY = (
    "The Instance URL must equal Jira's base URL exactly (Jira administration > System > General "
    "configuration). Behind a reverse proxy, Jira's operator checks that Tomcat's connector has "
    "proxyName, proxyPort and scheme of the public address, that the proxy passes the query "
    "unchanged and does not cache, and that the Public Key in the application link is the one "
    'shown under "Setup OAuth".'
)
_CLOUD = (
    "The Instance URL must be the address of the site itself, such as https://acme.atlassian.net (in "
    "Jira: Settings > System > General configuration), and "
    'the Public Key in the application link must be the one shown under "Setup OAuth". A proxy on the '
    "way out of your network must pass the request unchanged."
)
_KNOWN: dict[str, tuple[str, str]] = {
    "consumer_key_unknown": (
        "Jira does not know the Consumer Key.",
        'The application link has no incoming part, or another key. Edit it in Jira, tick "Create '
        'incoming link" and paste Consumer Key and Public Key from "Setup OAuth". It must be a '
        'direct link with OAuth 1.0 (on Data Center "Atlassian product"): "External application" '
        "makes an OAuth 2.0 link, which is another thing.",
    ),
    "consumer_key_rejected": (
        "Jira has the application link, but it is switched off.",
        _LINK + "Enable it, or delete it and create it again.",
    ),
    "consumer_key_refused": (
        "Jira refuses the application link for now.",
        _LINK + "Enable it, then try again.",
    ),
    "nonce_used": (
        "Jira saw the same signed request twice.",
        "A proxy between this server and Jira repeats requests. Ask its operator to switch off "
        "retries for Jira; then try again.",
    ),
    "token_rejected": (
        "Jira does not know the access token: it was revoked, or the application link was replaced.",
        _AGAIN,
    ),
    "token_expired": ("The access token, or the approval in progress, has expired.", _AGAIN),
    "token_revoked": ("The access was revoked in Jira.", _AGAIN),
    "token_used": (
        "This approval was used already.",
        'Start again with "Authenticate": each approval works once.',
    ),
    "permission_denied": (
        "Access was refused in Jira: somebody pressed Deny, or the authorisation has ended.",
        'Press "Authenticate" again and choose "Allow" as the service user.',
    ),
    "permission_unknown": (
        "Nobody has approved access in Jira yet.",
        'Go to the Jira tab that "Authenticate" opened, log in as the service user, press "Allow", '
        'and only then "Check & Close".',
    ),
    "user_refused": (
        "Jira refuses the user for now.",
        "Ask a Jira admin to look at the service user under User management: it must be active. "
        "Then try again.",
    ),
    "parameter_absent": (
        "A part of the OAuth request did not arrive at Jira.",
        "A proxy between this server and Jira removes the Authorization header or parts of it. Ask "
        'its operator to pass it unchanged. If the verifier is missing, press "Authenticate" again.',
    ),
    "parameter_rejected": (
        "Jira does not accept a part of the OAuth request.",
        "If it is oauth_callback, the console's public address is not a complete http or https "
        "address: the console's operator corrects it.",
    ),
    "signature_method_rejected": (
        "Jira does not accept the way the request is signed.",
        "The application link must be one for OAuth 1.0 with RSA-SHA1. Delete it in Jira and create "
        'it again as shown under "Setup OAuth".',
    ),
    "version_rejected": (
        "Jira does not accept this version of OAuth.",
        "The application link must be one for OAuth 1.0. Delete it in Jira and create it again.",
    ),
    "additional_authorization_required": (
        "Jira wants more authorisation than the token has.",
        _AGAIN,
    ),
    "callback_unconfirmed": (
        "Jira did not confirm the callback address, so the approval could be taken over.",
        "This Jira is too old for a safe OAuth, or a proxy answers in its place. Use a Personal "
        "Access Token or Basic Auth.",
    ),
    "token_missing": (
        "Jira's answer holds no token.",
        "Check that the Instance URL is Jira's own, then start again.",
    ),
}

WORDS = (*_KNOWN, "signature_invalid", "timestamp_refused")
"""The words that have sentences of their own; any other is `oauth_problem`."""


def problem(error: errors.OAuthProblem, case: Case) -> Finding:
    """Jira's OAuth provider names a problem."""
    if error.problem == "signature_invalid":
        return _signature(error, case)
    if error.problem == "timestamp_refused":
        return _timestamp(error, case)
    seen = tuple(
        (label.removeprefix("oauth_").replace("_", " "), value)
        for label, value in error.parameters.items()
    )
    if error.problem in _KNOWN:
        what, remedy = _KNOWN[error.problem]
        return Finding(f"oauth_{error.problem}", what, remedy, seen)
    return Finding(
        "oauth_problem",
        f"Jira's OAuth refuses with a word that is not known here: {error.problem or 'none'}.",
        'Often the application link is not as shown under "Setup OAuth". '
        f"{case.ask_operator('finds the cause in its log at this time')}",
        seen,
    )


def signing(error: errors.SigningUnavailable, case: Case) -> Finding:
    """The console's computer cannot sign by RSA with SHA-1."""
    return Finding(
        "signing_unavailable",
        "The console's computer refuses the kind of signature that Jira's OAuth 1.0a needs.",
        "The console's operator runs, on Red Hat systems, update-crypto-policies --set "
        "DEFAULT:SHA1 and restarts the console, or uses the product's container image. A Personal "
        "Access Token works without.",
    )


def key(error: errors.KeyUnusable, case: Case) -> Finding:
    """The private key is not one to sign with."""
    return Finding(
        "key_unusable",
        str(error),
        'Make a new key pair under "Setup OAuth" and paste its Public Key into the application link.',
    )


def _signature(error: errors.OAuthProblem, case: Case) -> Finding:
    differences: tuple[Difference, ...] = ()
    seen: list[tuple[str, str]] = []
    as_signed = False  # Jira echoed the base string, and it is ours
    if error.base_string and error.sent_url:
        differences = base_string_differences(
            error.base_string, error.sent_url, error.method or "GET"
        )
        seen.append(("Jira was called at", seen_address(error.base_string)))
        as_signed = bool(seen_address(error.base_string)) and not differences
    if case.entered_url:
        seen.append(("Instance URL", case.entered_url))
    if case.server is not None and case.server.base_url:
        seen.append(("Jira's base URL", case.server.base_url))
        if not (differences or as_signed) and case.entered_url:
            differences = url_differences(case.entered_url, case.server.base_url)
    seen += [("difference", one.sentence) for one in differences]
    if as_signed:
        return Finding(
            "oauth_signature_invalid",
            "Jira cannot confirm the signature although it saw the very request that was signed: address "
            "and proxy are right, and the Public Key in the application link is not this connection's.",
            _LINK + 'Replace the Public Key by the one shown under "Setup OAuth": the whole text, '
            "nothing else.",
            tuple(seen),
        )
    if not differences:
        return Finding(
            "oauth_signature_invalid",
            "Jira cannot confirm the signature of the request.",
            _CLOUD if case.is_cloud else _PROXY,
            tuple(seen),
        )
    return Finding(
        "oauth_signature_invalid",
        "Jira cannot confirm the signature, because the request reached it otherwise than it was "
        f"signed: {'; '.join(one.sentence for one in differences)}.",
        f"{_fix(differences, case)} {_CLOUD if case.is_cloud else _PROXY}",
        tuple(seen),
    )


def _fix(differences: tuple[Difference, ...], case: Case) -> str:
    parts = {one.part for one in differences}
    if parts <= {"parameter", "method"}:
        return "Something between this server and Jira changes requests: look at proxy and CDN."
    if case.server is not None and case.server.base_url:
        return f"Use {case.server.base_url} as Instance URL, or correct Jira's base URL."
    return "Make the Instance URL and Jira's own address the same."


def _timestamp(error: errors.OAuthProblem, case: Case) -> Finding:
    seen: list[tuple[str, str]] = [("our clock", f"{case.now:%Y-%m-%d %H:%M:%S} UTC")]
    theirs = _jiras_clock(error, case)
    skew = ""
    if theirs is not None:
        seconds = round((case.now - theirs).total_seconds())
        way = "ahead of" if seconds > 0 else "behind"
        skew = f" The console's clock is {abs(seconds)} seconds {way} Jira's."
        seen.append(("Jira's clock", f"{theirs:%Y-%m-%d %H:%M:%S} UTC"))
    window = _window(error)
    if window is not None:
        early, late = (datetime.fromtimestamp(edge, UTC) for edge in window)
        seen.append(("Jira accepts", f"{early:%H:%M:%S} to {late:%H:%M:%S} UTC"))
    return Finding(
        "oauth_timestamp_refused",
        f"Jira refuses the time of the request: the clocks differ too much.{skew}",
        "Set the wrong clock right: both servers should use a time service (NTP). Jira accepts a "
        "difference of five minutes.",
        tuple(seen),
    )


def _jiras_clock(error: errors.OAuthProblem, case: Case) -> datetime | None:
    if error.date is not None:
        return error.date
    window = _window(error)
    if window is not None:
        return datetime.fromtimestamp(sum(window) / 2, UTC)
    return case.server.date_header if case.server is not None else None


def _window(error: errors.OAuthProblem) -> tuple[int, int] | None:
    low, _, high = error.parameters.get("oauth_acceptable_timestamps", "").partition("-")
    if not (low.isdigit() and high.isdigit() and len(low) <= 11 and len(high) <= 11):
        return None
    return int(low), int(high)
