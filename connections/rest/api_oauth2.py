"""REST calls of OAuth 2.0 for a person: what to make in Jira, and where the person goes then."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Self

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from ninja import Router

from accounts.bearer_tokens import actor_of, connector
from almconnect.lib.api import Answer
from connections.models import Connection, OAuthFlow
from connections.oauth import app_instructions, person_flow
from connections.rest.answers import ConnectionOut
from connections.rest.api_answers import explained, find
from connections.rest.bodies import AppIn

router = Router()


class AppOut(Answer):
    """What is made in Jira: `scopes` are added to an app of Cloud; `permission` is Data Center's choice."""

    callback_url: str
    scopes: list[str]
    permission: str | None
    steps: list[str]
    notes: list[str]

    @classmethod
    def of(cls, connection: Connection) -> Self:
        cloud = app_instructions.is_cloud(connection)
        return cls(
            callback_url=person_flow.callback_url(),
            scopes=list(app_instructions.to_add(connection)),
            permission=None if cloud else app_instructions.PERMISSION,
            steps=app_instructions.steps(connection),
            notes=app_instructions.notes(connection),
        )


class BegunOut(Answer):
    """Where the person goes, signed in to this console in a browser, and until when."""

    authorize_url: str
    callback_url: str
    expires: datetime

    @classmethod
    def of(cls, flow: OAuthFlow) -> Self:
        path = reverse("connections:oauth2_authorize", args=[flow.pk])
        return cls(
            authorize_url=f"{settings.BASE_URL}{path}",
            callback_url=person_flow.callback_url(),
            expires=flow.expires,
        )


@router.get("/connections/{uuid:connection_id}/oauth2", auth=connector, response=AppOut)
def get_oauth2_app(request: HttpRequest, connection_id: uuid.UUID) -> AppOut:
    """How the app, or the incoming link, is made in this Jira, and what to copy into it. No secret."""
    return AppOut.of(find(connection_id))


@router.post("/connections/{uuid:connection_id}/oauth2/start", auth=connector, response=BegunOut)
def start_oauth2(request: HttpRequest, connection_id: uuid.UUID, payload: AppIn) -> BegunOut:
    """Takes the app's client ID and secret (none: the stored one of the same ID), sealed for half an hour.
    The person opens `authorize_url` in a browser and allows the access; the connection is then active,
    or another account waits under `pending`.
    """
    connection = find(connection_id)
    with explained(connection):
        flow = person_flow.begin(
            connection,
            payload.client_id,
            payload.client_secret or "",
            actor=actor_of(request),
        )
    return BegunOut.of(flow)


@router.post(
    "/connections/{uuid:connection_id}/oauth2/finish", auth=connector, response=ConnectionOut
)
def finish_oauth2(request: HttpRequest, connection_id: uuid.UUID) -> ConnectionOut:
    """Whether the person came back from Jira: 409 `oauth_not_started` until then."""
    connection = find(connection_id)
    with explained(connection):
        person_flow.finish(connection)
    return ConnectionOut.of(find(connection_id), request)
