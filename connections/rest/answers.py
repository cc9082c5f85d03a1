"""What the calls of connections and reports answer: the fields, and how they come from the rows.

A secret goes out as `{"set", "updated"}` and nothing else. It must not ask Jira or write.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Self

from django.http import HttpRequest

from accounts.access import CONNECT
from almconnect.lib.api import Answer, Page
from connections.credentials import credentials, service_user
from connections.credentials.service_user import Remark
from connections.health import expiry
from connections.models import Connection, PermissionReport, ReportState
from connections.oauth.handshake import Started
from connections.probes.checkup import CheckResult, Row
from connections.report import comparison, coverage, report_rows
from connections.rest.access_answers import ClientCertificateOut, PersonOut, SecondWayOut
from jira_client.values import Project


class SecretOut(Answer):
    set: bool
    updated: datetime | None


class WebhookOut(Answer):
    state: str
    last_seen: datetime | None
    url: str | None = None


class AccountWarningOut(Answer):
    """Why this is not the service user that is recommended: `code` is account_is_admin (as the newest
    permission report saw it) or account_is_personal (by what the account is called)."""

    code: str
    message: str
    remedy: str

    @classmethod
    def of(cls, one: Remark) -> Self:
        return cls(code=one.code, message=one.message, remedy=one.remedy)


class WarningOut(Answer):
    """Something that ends: `what` is token, secret, certificate, ca_bundle or tls_off; `stage` the
    days ahead (30, 7, 1), 0 once it ended."""

    what: str
    stage: int
    at: datetime
    message: str
    remedy: str

    @classmethod
    def of(cls, one: expiry.Warning) -> Self:
        return cls(
            what=one.kind, stage=one.stage, at=one.at, message=one.message, remedy=one.remedy
        )


class SiteOut(Answer):
    """Which Jira its issues are of; `doubt`: empty, site_unproven, another_jira or jira_restored."""

    kind: str
    identity: str
    doubt: str
    since: datetime | None
    address_before: str
    changed_by: str
    changed_at: datetime | None

    @classmethod
    def of(cls, row: Connection) -> Self:
        before = row.site_before
        return cls(
            kind=row.site.kind if row.site else "",
            identity=row.site.identity if row.site else "",
            doubt=row.site_doubt,
            since=row.site_doubt_at,
            address_before=before.get("base_url", ""),
            changed_by=before.get("by", ""),
            changed_at=datetime.fromisoformat(before["at"]) if before else None,
        )


class QuietOut(Answer):
    """The quiet window that is open or to come."""

    starts: datetime
    ends: datetime
    reason: str

    @classmethod
    def of(cls, row: Connection) -> Self | None:
        """None where no window is open or to come."""
        if row.quiet_starts is None or row.quiet_ends is None or not row.has_quiet_ahead:
            return None
        return cls(starts=row.quiet_starts, ends=row.quiet_ends, reason=row.quiet_reason)


class ConnectionOut(Answer):
    """`extra_headers`: their names."""

    id: str
    name: str
    tool: str
    base_url: str
    api_url: str
    proxy_url: str
    proxy_username: str
    client_certificate: ClientCertificateOut | None
    extra_headers: list[str]
    auth_method: str
    next_auth_method: str | None
    username: str
    secret: SecretOut
    verify_tls: bool
    tls_off_until: datetime | None
    ca_bundle: SecretOut
    fingerprint: str
    consumer_key: str
    public_key: str
    second_way: SecondWayOut | None
    changed_over_at: datetime | None
    token_expires: datetime | None
    secret_expires: datetime | None
    certificate_expires: datetime | None
    warnings: list[WarningOut]
    state: str
    health: str
    lifecycle: str
    account: PersonOut | None
    account_warnings: list[AccountWarningOut]
    pending: PersonOut | None
    deployment: str
    version: str
    remote_base_url: str
    webhook: WebhookOut
    site: SiteOut
    clock_note: str
    diagnosis: dict[str, Any] | None
    created: datetime
    updated: datetime
    last_success: datetime | None
    quiet: QuietOut | None

    @classmethod
    def of(cls, row: Connection, request: HttpRequest) -> Self:
        """The address that Jira's webhook calls is shown only to those who may register it."""
        sealed = credentials.stored(row)
        role = getattr(getattr(request, "auth", None), "role", "")
        return cls(
            id=str(row.pk),
            name=row.name,
            tool=row.tool,
            base_url=row.base_url,
            api_url=row.api_url,
            proxy_url=row.proxy_url,
            proxy_username=row.proxy_username,
            client_certificate=ClientCertificateOut.of(row.client_certificate),
            extra_headers=row.header_names,
            auth_method=row.auth_method,
            next_auth_method=row.next_method or None,
            username=row.username,
            secret=SecretOut(set=sealed is not None, updated=sealed.updated if sealed else None),
            verify_tls=row.checks_tls,
            tls_off_until=row.tls_off_until,
            ca_bundle=SecretOut(set=bool(row.ca_bundle), updated=None),
            fingerprint=row.fingerprint,
            consumer_key=row.consumer_key,
            public_key=row.public_key,
            second_way=SecondWayOut.of(row),
            changed_over_at=row.changed_over_at,
            token_expires=row.token_expires,
            secret_expires=row.secret_expires,
            certificate_expires=row.tls_expires,
            warnings=[WarningOut.of(one) for one in expiry.warnings_of(row)],
            state=row.state,
            health=row.health,
            lifecycle=row.lifecycle,
            account=PersonOut.of(row.account_id, row.account_name),
            account_warnings=[AccountWarningOut.of(one) for one in service_user.of_connection(row)],
            pending=PersonOut.of(row.pending_id, row.pending_name),
            deployment=row.deployment,
            version=row.version,
            remote_base_url=row.remote_base_url,
            webhook=WebhookOut(
                state=row.webhook_state,
                last_seen=row.webhook_seen,
                url=row.webhook_url if role in CONNECT else None,
            ),
            site=SiteOut.of(row),
            clock_note=row.clock_note,
            diagnosis=row.diagnosis,
            created=row.created,
            updated=row.updated,
            last_success=row.last_success,
            quiet=QuietOut.of(row),
        )


class ConnectionsOut(Page[ConnectionOut]):
    pass


class StartedOut(Answer):
    consumer_key: str
    public_key: str
    application_url: str
    callback_url: str
    authorize_url: str
    expires: datetime
    key_replaced: bool

    @classmethod
    def of(cls, found: Started) -> Self:
        return cls(
            consumer_key=found.consumer_key,
            public_key=found.public_key,
            application_url=found.application_url,
            callback_url=found.callback_url,
            authorize_url=found.authorize_url,
            expires=found.flow.expires,
            key_replaced=found.key_replaced,
        )


class CheckOut(Answer):
    name: str
    title: str
    state: str
    message: str
    remedy: str
    code: str

    @classmethod
    def of(cls, row: Row) -> Self:
        return cls(
            name=row.name,
            title=row.title,
            state=row.state.value,
            message=row.message,
            remedy=row.remedy,
            code=row.code,
        )


class CheckResultOut(Answer):
    state: str
    target: str
    account: PersonOut | None
    at: datetime
    checks: list[CheckOut]

    @classmethod
    def of(cls, found: CheckResult) -> Self:
        person = found.account
        return cls(
            state=found.state.value,
            target=found.target,
            account=PersonOut.of(person.id, person.name) if person else None,
            at=found.at,
            checks=[CheckOut.of(row) for row in found.rows],
        )


class JiraProjectOut(Answer):
    id: str
    key: str
    name: str

    @classmethod
    def of(cls, one: Project) -> Self:
        return cls(id=one.id, key=one.key, name=one.name)


class JiraProjectsOut(Page[JiraProjectOut]):
    pass


class ReportOut(Answer):
    id: str
    connection: str
    state: str
    account: PersonOut | None
    created: datetime
    taken_at: datetime | None
    done: int
    total: int
    diagnosis: dict[str, Any] | None
    permissions: dict[str, str]
    mapped: int | None  # projects mapped now; None where no rows are told
    mapped_left_out: list[str] | None  # the keys of those that the report does not show
    projects: list[dict[str, Any]]
    changes: list[dict[str, Any]]

    @classmethod
    def of(cls, row: PermissionReport, *, rows: bool = True) -> Self:
        """`rows` False leaves projects and changes empty, for lists."""
        changes = comparison.changes_since(row, comparison.previous(row)) if rows else []
        covers = coverage.of(row) if rows and row.state == ReportState.FINISHED else None
        told = [report_rows.told(one, row.account_name) for one in row.rows] if rows else []
        return cls(
            id=str(row.pk),
            connection=str(row.connection_id),
            state=row.state,
            account=PersonOut.of(row.account_id, row.account_name),
            created=row.created,
            taken_at=row.taken_at,
            done=row.done,
            total=row.total,
            diagnosis=row.diagnosis,
            permissions=row.global_states,
            mapped=covers.mapped if covers else None,
            mapped_left_out=list(covers.left_out) if covers else None,
            projects=told,
            changes=[
                {
                    "project": one.project,
                    "permission": one.name,
                    "before": one.before,
                    "after": one.after,
                    "since": one.since,
                }
                for one in changes
            ],
        )


class ReportsOut(Page[ReportOut]):
    pass
