"""From any failure to the stored diagnosis: `{code, what, remedy, seen, anchor, at}`.

Jira's failures are explained by `jira_client.diagnosis`; the console's own (a missing credential, a
seal that does not open) are explained here. It must not write rows: `connections.health.health` does.
"""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from connections.access.gateway import NotReady
from connections.access.sealing import SealBroken
from connections.models import Connection, Lifecycle
from jira_client.diagnosis import explain
from jira_client.errors import JiraError, ReadTimedOut
from jira_client.values import Deployment, ServerInfo

# Failures that this module explains; anything else is our own fault and must be raised.
Explained = (JiraError, NotReady, SealBroken)

_REMEDIES = {
    "draft": "Open the connection's page and finish its setup.",
    "paused": "Open the connection's page and press Resume.",
    "stopped": "Open the connection's page, correct the credentials with Re-authenticate, then press "
    "Test connection.",
    "secret_missing": "Open the connection's page and press Re-authenticate.",
    "refused_before": "Log in to Jira once with a browser as this account, or change its password. Then "
    "enter the new password, or say that you did and test again.",
    "base_url_differs": "Enter exactly Jira's Base URL as Instance URL, or ask a Jira admin to correct it: "
    "Settings → System → General configuration → Base URL.",
    "another_jira": "Open the connection's page: put the address back, and make a new connection for the "
    "other Jira. Where the issues were migrated there, “Move to another Jira” takes everything along. "
    "Where the same address leads to the right Jira again, press Test connection.",
    "moving": "Nothing to do: it goes on when the move is done. The page “Move to another Jira” of the "
    "connection says how far it is.",
    "kept": "Nothing to do: it is kept for the way back of a move. End the move on the page of the "
    "connection that was moved.",
    "site_unproven": "Nothing to do if the address is right: it is proven before the next look at Jira. "
    "If it stays so, press Test connection to see what is in the way.",
    "jira_restored": "Ask the Jira admin whether Jira was restored from a backup. Then open the "
    "connection's page and say how to go on.",
    "clock_skew": "Set both servers by NTP. OAuth accepts five minutes at most.",
    "account_changed": "Open the connection's page, press Re-authenticate and decide which account it "
    "shall be.",
    "key_replaced": "Ask a Jira admin to replace the public key in the application link by the one on "
    "the connection's page, then press Authenticate.",
    "seal_broken": "Open the connection's page, press Re-authenticate and enter the credential again. "
    "If this concerns every connection, ask the operator to put the original "
    "ALMCONNECT_ENCRYPTION_KEYS back.",
}
ANCHORS = {code: code.replace("_", "-") for code in _REMEDIES}


def diagnose(
    error: Exception, connection: Connection, *, server: ServerInfo | None = None
) -> dict[str, Any]:
    """The diagnosis as it is stored and shown. Raises the error again if it is none of `Explained`."""
    at = timezone.now()
    if isinstance(error, NotReady | SealBroken):
        code = error.code if isinstance(error, NotReady) else "seal_broken"
        return {
            "code": code,
            "what": str(error),
            "remedy": _REMEDIES[code],
            "seen": [["connection", connection.name]],
            "anchor": ANCHORS[code],
            "at": at.isoformat().replace("+00:00", "Z"),
        }
    if not isinstance(error, JiraError):
        raise error
    found = explain(
        error,
        entered_url=connection.base_url,
        server=server or _remembered(connection),
        now=at,
        account=connection.account_name or connection.username or None,
        draft=connection.lifecycle == Lifecycle.DRAFT,
        called_url=connection.api_url or None,
        extra_headers=tuple(connection.header_names),
    )
    return {
        # Jira's own word (signature_invalid, …) is what people search for, so it is our code too.
        "code": found.code if found.code == "oauth_problem" else found.code.removeprefix("oauth_"),
        "what": found.what,
        "remedy": found.remedy,
        "seen": [[label, value] for label, value in found.seen],
        "anchor": found.anchor,
        "at": at.isoformat().replace("+00:00", "Z"),
    }


def _remembered(connection: Connection) -> ServerInfo | None:
    """What the instance said of itself the last time, for comparing addresses."""
    if not connection.remote_base_url or not connection.deployment:
        return None
    return ServerInfo(
        base_url=connection.remote_base_url,
        version=connection.version,
        version_numbers=(),
        deployment=Deployment(connection.deployment),
        build_number=None,
        server_time=None,
        title="",
        date_header=None,
    )


def http_status(error: Exception) -> int:
    """What our API answers: 409 where a person must act first, 504 for no answer in time, else 502."""
    if isinstance(error, ReadTimedOut) or getattr(error, "code", "") == "connect_timed_out":
        return 504
    if isinstance(error, JiraError) and error.transient:
        return 502
    if isinstance(error, JiraError) and error.code in {"dns_failed", "connection_refused"}:
        return 502
    return 409
