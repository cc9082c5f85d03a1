"""Finds the problem that Jira's OAuth provider names in an answer, in header or body.

Only harmless parameters are kept; the signature base string goes its own way because it holds the token.

Source of the form: http://wiki.oauth.net/w/page/12238543/ProblemReporting
Jira's words: https://confluence.atlassian.com/kb/oauth-troubleshooting-guide-719095274.html
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote

import orjson

from jira_client.errors import OAuthProblem
from outgoing.wire import WireResponse

_HARMLESS = (
    "oauth_problem_advice",
    "oauth_acceptable_timestamps",
    "oauth_acceptable_versions",
    "oauth_acceptable_signature_methods",
    "oauth_parameters_absent",
    "oauth_parameters_rejected",
    "oauth_signature_method",
)
# A freshly signed request may succeed.
_TEMPORARY = ("nonce_used",)
# Names are bounded: a text of nothing but `oauth_` would else be read once from each of them.
_HEADER_PAIR = re.compile(r'(oauth_[a-z_]{1,60})="([^"]*)"')
_BODY_PAIR = re.compile(r"(oauth_[a-z_]{1,60})=([^&\s\"'<>]+)")


def oauth_problem(response: WireResponse) -> OAuthProblem | None:
    """The OAuthProblem of an answer, None where it names none."""
    found = _from_header(response.headers.get("www-authenticate", ""))
    for name, value in _from_body(response).items():
        found.setdefault(name, value)
    problem = found.get("oauth_problem")
    if not problem:
        return None
    name = re.sub(r"[^a-z_]", "", problem[:500].lower())[:60]
    return OAuthProblem(
        f"Jira's OAuth refuses: {name or 'unnamed problem'}.",
        problem=name,
        parameters={
            key: "".join(c for c in found[key] if c.isprintable())[:200]
            for key in _HARMLESS
            if key in found
        },
        base_string=found.get("oauth_signature_base_string"),
        date=response.date,
        status=response.status,
        transient=name in _TEMPORARY,
    )


def _pairs_in(text: str) -> Mapping[str, str]:
    return {name: unquote(value) for name, value in _BODY_PAIR.findall(text)}


def _from_json(body: bytes) -> Mapping[str, str]:
    """The parameters where a gateway made them the keys of an object."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    if not isinstance(value, dict):
        return {}
    return {name: str(text) for name, text in value.items() if name.startswith("oauth_")}


def _from_header(value: str) -> dict[str, str]:
    # The provider percent-encodes values inside the quotes.
    return {name: unquote(text) for name, text in _HEADER_PAIR.findall(value)}


def _from_body(response: WireResponse) -> Mapping[str, str]:
    body = response.body[:20_000].decode("utf-8", "replace")
    if "oauth_problem" not in body:
        return {}
    if body.lstrip()[:1] == "{":
        return _from_json(response.body) or _pairs_in(body)
    if body.lstrip()[:1] == "<":
        return _pairs_in(body)
    return dict(parse_qsl(body.strip()))
