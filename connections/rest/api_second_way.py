"""REST of the second way in: let it wait, take it away, change over now."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from ninja import Router, Status

from accounts.bearer_tokens import actor_of, connector
from almconnect.lib.secret import Secret
from connections.credentials import second_way
from connections.credentials.credential import Credential
from connections.rest.answers import ConnectionOut
from connections.rest.api_answers import explained, find
from connections.rest.bodies import SecondWayIn
from connections.setup import change_over

router = Router()


@router.put("/connections/{uuid:connection_id}/second-way", auth=connector, response=ConnectionOut)
def put_second_way(
    request: HttpRequest, connection_id: uuid.UUID, payload: SecondWayIn
) -> ConnectionOut:
    """Proven by `/myself`, then sealed until the credential in use ends or is refused. 409
    `another_account` where it acts as somebody else and `account` does not say that this may be."""
    connection = find(connection_id)
    credential = Credential(
        payload.auth_method,
        Secret(payload.secret),
        payload.username,
        ends=payload.secret_expires,
    )
    with explained(connection):
        second_way.offer(
            connection,
            credential,
            actor=actor_of(request),
            account=payload.account,
            retry=payload.retry,
        )
    return ConnectionOut.of(find(connection_id), request)


@router.delete("/connections/{uuid:connection_id}/second-way", auth=connector, response={204: None})
def delete_second_way(request: HttpRequest, connection_id: uuid.UUID) -> Any:
    """Takes it away; the credential in use stays."""
    second_way.take_away(find(connection_id), actor=actor_of(request))
    return Status(204, None)


@router.post(
    "/connections/{uuid:connection_id}/second-way/change-over",
    auth=connector,
    response=ConnectionOut,
)
def change_over_now(request: HttpRequest, connection_id: uuid.UUID) -> ConnectionOut:
    """Proves it once more and goes over to it now. 409 where nothing waits or Jira refuses it."""
    connection = find(connection_id)
    with explained(connection):
        change_over.now(connection, actor=actor_of(request))
    return ConnectionOut.of(find(connection_id), request)
