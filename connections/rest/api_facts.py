"""REST calls that tell people what they need before they decide: the instance, its certificate, what a
Jira admin copies, two accounts side by side, and what a deletion takes with it.

They write nothing, but for the reports that a comparison of accounts asks for.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from accounts.bearer_tokens import actor_of, connector, reader
from almconnect.lib.api import Refused
from almconnect.lib.enqueue import enqueue
from connections.access import gateway
from connections.health.diagnosis import diagnose, http_status
from connections.models import AuthMethod
from connections.oauth import key_pair
from connections.probes import instance_probe
from connections.report import comparison
from connections.rest.api_answers import find
from connections.rest.bodies import LookIn
from connections.rest.fact_answers import (
    AdminPartOut,
    AheadOut,
    CertificateOut,
    ComparedOut,
    DeletionOut,
    LookOut,
)
from connections.schedule import tasks
from connections.setup import settings_editing
from jira_client.errors import JiraError

router = Router()


@router.post("/connections/look", auth=connector, response=LookOut)
def look_at(request: HttpRequest, payload: LookIn) -> LookOut:
    """What is at this address, asked without any credential; nothing is stored. A failure is a row."""
    values = settings_editing.cleaned(payload.model_dump(exclude_none=True))
    return LookOut.of(instance_probe.look_at(None, values))


@router.get(
    "/connections/{uuid:connection_id}/certificate", auth=connector, response=CertificateOut
)
def get_certificate(request: HttpRequest, connection_id: uuid.UUID) -> CertificateOut:
    """The certificate that Jira shows now, trusted or not, to be compared before it is pinned."""
    connection = find(connection_id)
    try:
        with gateway.transport_for(connection) as transport:
            return CertificateOut.of(transport.certificate())
    except JiraError as error:
        found = diagnose(error, connection)
        raise Refused(found["what"], code=found["code"], status=http_status(error)) from error


@router.post("/connections/{uuid:connection_id}/admin-part", auth=connector, response=AdminPartOut)
def make_admin_part(request: HttpRequest, connection_id: uuid.UUID) -> AdminPartOut:
    """What a Jira admin copies, and a link to a page that shows it without a sign-in. No secret."""
    connection = find(connection_id)
    if connection.wanted_method != AuthMethod.OAUTH1:
        raise Refused("Only OAuth needs a Jira admin's part.", code="auth_method", status=409)
    key_pair.ensure_keys(connection, actor=actor_of(request))
    return AdminPartOut.of(connection)


@router.get("/connections/{uuid:connection_id}/deletion", auth=connector, response=DeletionOut)
def get_deletion(request: HttpRequest, connection_id: uuid.UUID) -> DeletionOut:
    """What a DELETE would take with it here, counted. Nothing is deleted in Jira."""
    return DeletionOut.of(find(connection_id))


@router.get("/connections/{uuid:connection_id}/ahead", auth=reader, response=AheadOut)
def get_ahead(request: HttpRequest, connection_id: uuid.UUID) -> AheadOut:
    """What Atlassian changes for this Jira and this way in: what has a day first, by day."""
    return AheadOut.of(find(connection_id))


@router.get("/connections/{uuid:connection_id}/accounts", auth=connector, response=ComparedOut)
def get_accounts(request: HttpRequest, connection_id: uuid.UUID) -> ComparedOut:
    """The account in use and the one that waits, permission by permission; POST asks for it."""
    return ComparedOut.of(find(connection_id))


@router.post(
    "/connections/{uuid:connection_id}/accounts", auth=connector, response={202: ComparedOut}
)
def compare_accounts(request: HttpRequest, connection_id: uuid.UUID) -> Any:
    """Looks at both accounts' permissions in the background. 409 where no other account waits."""
    connection = find(connection_id)
    if not (connection.pending_id or connection.second_way):
        raise Refused(
            "No other account waits for confirmation.", code="nothing_pending", status=409
        )
    for row in comparison.compare_accounts(connection, actor=actor_of(request)):
        enqueue(tasks.take_report, row.pk)
    return Status(202, ComparedOut.of(connection))
