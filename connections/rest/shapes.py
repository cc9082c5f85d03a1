"""What a row looks like when it goes out over the API.

A secret is `{"set", "updated"}` and nothing else. It must not ask Jira or write.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.http import HttpRequest

from accounts.access import CONNECT
from almconnect.lib.api import Refused
from connections.credentials import credentials, service_user
from connections.health import expiry
from connections.models import Connection, PermissionReport, ReportState
from connections.oauth.handshake import Started
from connections.probes.checkup import CheckResult, Row
from connections.report import comparison, coverage, report_rows


def connection(row: Connection, request: HttpRequest) -> dict[str, Any]:
    """The address that Jira's webhook calls is shown only to those who may register it."""
    sealed = credentials.stored(row)
    role = getattr(getattr(request, "auth", None), "role", "")
    return {
        "id": str(row.pk),
        "name": row.name,
        "tool": row.tool,
        "base_url": row.base_url,
        "api_url": row.api_url,
        "proxy_url": row.proxy_url,
        "auth_method": row.auth_method,
        "next_auth_method": row.next_method or None,
        "username": row.username,
        "secret": {"set": sealed is not None, "updated": sealed.updated if sealed else None},
        "verify_tls": row.checks_tls,
        "tls_off_until": row.tls_off_until,
        "ca_bundle": {"set": bool(row.ca_bundle), "updated": None},
        "fingerprint": row.fingerprint,
        "consumer_key": row.consumer_key,
        "public_key": row.public_key,
        "token_expires": row.token_expires,
        "secret_expires": row.secret_expires,
        "certificate_expires": row.tls_expires,
        "warnings": [
            {
                "what": one.kind,
                "stage": one.stage,
                "at": one.at,
                "message": one.message,
                "remedy": one.remedy,
            }
            for one in expiry.warnings_of(row)
        ],
        "state": row.state,
        "health": row.health,
        "lifecycle": row.lifecycle,
        "account": _person(row.account_id, row.account_name),
        "account_warnings": [
            {"code": one.code, "message": one.message, "remedy": one.remedy}
            for one in service_user.of_connection(row)
        ],
        "pending": _person(row.pending_id, row.pending_name),
        "deployment": row.deployment,
        "version": row.version,
        "remote_base_url": row.remote_base_url,
        "webhook": {
            "state": row.webhook_state,
            "last_seen": row.webhook_seen,
            "url": row.webhook_url if role in CONNECT else None,
        },
        "site": site(row),
        "clock_note": row.clock_note,
        "diagnosis": row.diagnosis,
        "created": row.created,
        "updated": row.updated,
        "last_success": row.last_success,
    }


def site(row: Connection) -> dict[str, Any]:
    before = row.site_before
    return {
        "kind": row.site.kind if row.site else "",
        "identity": row.site.identity if row.site else "",
        "doubt": row.site_doubt,
        "since": row.site_doubt_at,
        "address_before": before.get("base_url", ""),
        "changed_by": before.get("by", ""),
        "changed_at": datetime.fromisoformat(before["at"]) if before else None,
    }


def started(found: Started) -> dict[str, Any]:
    return {
        "consumer_key": found.consumer_key,
        "public_key": found.public_key,
        "application_url": found.application_url,
        "callback_url": found.callback_url,
        "authorize_url": found.authorize_url,
        "expires": found.flow.expires,
        "key_replaced": found.key_replaced,
    }


def checks(rows: Iterable[Row]) -> list[dict[str, Any]]:
    return [
        {
            "name": row.name,
            "title": row.title,
            "state": row.state.value,
            "message": row.message,
            "remedy": row.remedy,
            "code": row.code,
        }
        for row in rows
    ]


def check_result(found: CheckResult) -> dict[str, Any]:
    person = found.account
    return {
        "state": found.state.value,
        "target": found.target,
        "account": _person(person.id, person.name) if person else None,
        "at": found.at,
        "checks": checks(found.rows),
    }


def report(row: PermissionReport, *, rows: bool = True) -> dict[str, Any]:
    """`rows` False leaves projects and changes empty, for lists."""
    changes = comparison.changes_since(row, comparison.previous(row)) if rows else []
    covers = coverage.of(row) if rows and row.state == ReportState.FINISHED else None
    return {
        "id": str(row.pk),
        "connection": str(row.connection_id),
        "state": row.state,
        "account": _person(row.account_id, row.account_name),
        "created": row.created,
        "taken_at": row.taken_at,
        "done": row.done,
        "total": row.total,
        "diagnosis": row.diagnosis,
        "permissions": row.global_states,
        "mapped": covers.mapped if covers else None,
        "mapped_left_out": list(covers.left_out) if covers else None,
        "projects": [report_rows.told(one, row.account_name) for one in row.rows] if rows else [],
        "changes": [
            {
                "project": one.project,
                "permission": one.name,
                "before": one.before,
                "after": one.after,
                "since": one.since,
            }
            for one in changes
        ],
    }


def moment(text: str) -> datetime:
    """The time in a cursor. Raises Refused (400) where it is none."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except ValueError as problem:
        raise Refused(
            "This cursor is not one of ours; start again without it.", code="cursor", status=400
        ) from problem


def _person(person_id: str, name: str) -> dict[str, str] | None:
    return {"id": person_id, "name": name} if person_id else None
