"""What to do after a failure, as a decision that can be tested without a queue."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FIRST_DELAY = 2.0
LONGEST_DELAY = 300.0
LONGEST_ASKED = 3600.0  # of what Jira asks for; more than that is a mistake, and is looked at again
SERVER_FAULTS = 8  # then a person is asked: Jira fails on this very request


class Verdict(StrEnum):
    LATER = "later"
    NEVER = "never"
    LOOK_FIRST = "look_first"
    STOP = "stop"


@dataclass(frozen=True, slots=True)
class Failure:
    """What is known of a failed call. `code` is jira_client's slug for it, `reason` Jira's own word
    for a rate limit.
    """

    code: str
    transient: bool = False
    outcome_unknown: bool = False
    retry_after: float | None = None
    creating: bool = False
    status: int | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """`delay` in seconds: never 0, but for *never*."""

    verdict: Verdict
    delay: float = 0.0


_STOPPERS = {
    "authentication_refused",
    "captcha_required",
    "basic_disabled",
    "anonymous_answer",
    "oauth_problem",
}
# The connection, not the request, is at fault: the same request is right once that is mended.
_CONNECTION_FAULTS = {
    "address_refused",
    "proxy_failed",
    "tls_failed",
    "not_json",
    "redirected",
    "not_jira",
    "pages_repeat",
    "signing_unavailable",
    "key_unusable",
    "xsrf_refused",
}
_UNREACHED = {"connect_failed", "dns_failed", "connection_refused", "connect_timed_out"}
_GATEWAYS = {502, 503, 504}  # what stands before Jira; a plain 500 may be this very request's


def concerns_connection(failure: Failure) -> bool:
    """Whether any other request would fail now as well, so that sending on is in vain."""
    if failure.code == "rate_limited":
        return "per-issue" not in failure.reason
    if failure.code == "server_fault":
        return failure.status in _GATEWAYS
    return failure.code in _STOPPERS | _CONNECTION_FAULTS | _UNREACHED


def decide(failure: Failure, attempts: int, chance: float = 0.5) -> Decision:
    """`attempts` counts this one; `chance` in [0, 1) spreads retries (jitter × 0.7 to 1.3)."""
    delay = backoff(attempts, chance, failure.retry_after)
    if failure.code in _STOPPERS:
        return Decision(Verdict.STOP, delay)
    if failure.outcome_unknown and failure.creating:
        return Decision(Verdict.LOOK_FIRST, delay)
    if failure.code == "server_fault" and attempts >= SERVER_FAULTS:
        return Decision(Verdict.NEVER)
    if failure.transient or failure.outcome_unknown or failure.code in _CONNECTION_FAULTS:
        return Decision(Verdict.LATER, delay)
    return Decision(Verdict.NEVER)


def backoff(attempts: int, chance: float, retry_after: float | None = None) -> float:
    """Seconds: what Jira asked for at least, an hour at most, else doubling from 2 up to 300, with
    jitter.
    """
    delay = min(LONGEST_DELAY, FIRST_DELAY * 2.0 ** min(max(attempts, 1) - 1, 16))
    spread = float(delay * (0.7 + 0.6 * chance))
    # What Jira asked for is the least, and spread as well: all that wait would come back at once.
    if retry_after is None:
        return spread
    return max(spread, min(retry_after, LONGEST_ASKED) * (1.0 + 0.3 * chance))
