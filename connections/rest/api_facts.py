"""REST calls that tell people what they need before they decide: the instance, its certificate, what a
Jira admin copies, two accounts side by side, and what a deletion takes with it.

They write nothing, but for the reports that a comparison of accounts asks for.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any, Literal

from django.conf import settings
from django.http import HttpRequest
from ninja import Router, Schema, Status

from accounts.bearer_tokens import actor_of, connector
from almconnect.lib.api import Refused
from almconnect.lib.enqueue import enqueue
from connections.access import gateway
from connections.health.diagnosis import diagnose, http_status
from connections.models import AuthMethod, Connection
from connections.oauth import admin_instructions, key_pair, sign_in_methods
from connections.probes import instance_probe
from connections.report import comparison
from connections.rest import shapes
from connections.rest.api_answers import find
from connections.rest.bodies import CheckOut, LookIn, PersonOut
from connections.schedule import tasks
from connections.setup import deletion, settings_editing
from jira_client.errors import JiraError
from outgoing.tls import CertificateFacts

router = Router()


class CertificateOut(Schema):
    fingerprint: str
    subject: str
    issuer: str
    names: list[str]
    valid_from: datetime
    valid_until: datetime
    self_signed: bool


class LookOut(Schema):
    """`code` and `message` say why the instance could not be asked; empty where it answered."""

    target: str
    at: datetime
    code: str
    message: str
    remedy: str
    deployment: str
    version: str
    remote_base_url: str
    auth_methods: list[str]
    certificate: CertificateOut | None
    checks: list[CheckOut]


class AdminPartOut(Schema):
    url: str
    consumer_key: str
    public_key: str
    application_url: str


class DeletionOut(Schema):
    counts: dict[str, int]
    has_webhook: bool


class ComparedOut(Schema):
    """`state`: none (not asked for yet), running, finished. Each project lists permissions and
    operations with `was` and `now`."""

    state: Literal["none", "running", "finished"]
    was: PersonOut | None
    now: PersonOut | None
    projects: list[dict[str, Any]]


@router.post("/connections/look", auth=connector, response=LookOut)
def look_at(request: HttpRequest, payload: LookIn) -> Any:
    """What is at this address, asked without any credential; nothing is stored. A failure is a row."""
    values = settings_editing.cleaned(payload.model_dump(exclude_none=True))
    found = instance_probe.look_at(None, values)
    server, failed = found.server, found.failed
    return {
        "target": found.target,
        "at": found.at,
        "code": failed.code if failed else "",
        "message": failed.message if failed else "",
        "remedy": failed.remedy if failed else "",
        "deployment": server.deployment.value if server else "",
        "version": server.version if server else "",
        "remote_base_url": server.base_url if server else "",
        "auth_methods": _methods(found),
        "certificate": _certificate(found.certificate),
        "checks": shapes.checks(found.rows),
    }


@router.get(
    "/connections/{uuid:connection_id}/certificate", auth=connector, response=CertificateOut
)
def get_certificate(request: HttpRequest, connection_id: uuid.UUID) -> Any:
    """The certificate that Jira shows now, trusted or not, to be compared before it is pinned."""
    connection = find(connection_id)
    try:
        with gateway.transport_for(connection) as transport:
            return _certificate(transport.certificate())
    except JiraError as error:
        found = diagnose(error, connection)
        raise Refused(found["what"], code=found["code"], status=http_status(error)) from error


@router.post("/connections/{uuid:connection_id}/admin-part", auth=connector, response=AdminPartOut)
def make_admin_part(request: HttpRequest, connection_id: uuid.UUID) -> Any:
    """What a Jira admin copies, and a link to a page that shows it without a sign-in. No secret."""
    connection = find(connection_id)
    if connection.wanted_method != AuthMethod.OAUTH1:
        raise Refused("Only OAuth needs a Jira admin's part.", code="auth_method", status=409)
    key_pair.ensure_keys(connection, actor=actor_of(request))
    return {
        "url": settings.BASE_URL + admin_instructions.path_for(connection),
        "consumer_key": connection.consumer_key,
        "public_key": connection.public_key,
        "application_url": settings.BASE_URL,
    }


@router.get("/connections/{uuid:connection_id}/deletion", auth=connector, response=DeletionOut)
def get_deletion(request: HttpRequest, connection_id: uuid.UUID) -> Any:
    """What a DELETE would take with it here, counted. Nothing is deleted in Jira."""
    connection = find(connection_id)
    return {
        "counts": deletion.what_goes(connection),
        "has_webhook": bool(connection.webhook_id and deletion.farewells),
    }


@router.get("/connections/{uuid:connection_id}/accounts", auth=connector, response=ComparedOut)
def get_accounts(request: HttpRequest, connection_id: uuid.UUID) -> Any:
    """The account in use and the one that waits, permission by permission; POST asks for it."""
    return _compared(find(connection_id))


@router.post(
    "/connections/{uuid:connection_id}/accounts", auth=connector, response={202: ComparedOut}
)
def compare_accounts(request: HttpRequest, connection_id: uuid.UUID) -> Any:
    """Looks at both accounts' permissions in the background. 409 where no other account waits."""
    connection = find(connection_id)
    if not connection.pending_id:
        raise Refused(
            "No other account waits for confirmation.", code="nothing_pending", status=409
        )
    for row in comparison.compare_accounts(connection, actor=actor_of(request)):
        enqueue(tasks.take_report, row.pk)
    return Status(202, _compared(connection))


def _compared(connection: Connection) -> dict[str, Any]:
    both = comparison.accounts_of(connection)
    state = "none" if both is None else "running" if both.running else "finished"
    return {
        "state": state,
        "was": _person(connection.account_id, connection.account_name),
        "now": _person(connection.pending_id, connection.pending_name),
        "projects": comparison.side_by_side(both) if both and state == "finished" else [],
    }


def _methods(found: instance_probe.Look) -> list[str]:
    return sign_in_methods.offered(found.flavour)


def _certificate(facts: CertificateFacts | None) -> dict[str, Any] | None:
    if facts is None:
        return None
    return {
        "fingerprint": facts.fingerprint,
        "subject": facts.subject,
        "issuer": facts.issuer,
        "names": list(facts.names),
        "valid_from": facts.valid_from,
        "valid_until": facts.valid_until,
        "self_signed": facts.self_signed,
    }


def _person(person_id: str, name: str) -> dict[str, str] | None:
    return {"id": person_id, "name": name} if person_id else None
