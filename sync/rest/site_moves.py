"""Moving a connection to another Jira: the plan and how far it is. No token confirms."""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Status

from accounts.bearer_tokens import InPerson, actor_of, connector, planner, reader
from almconnect.lib.api import Listing, Refused, answer, listed
from connections.models import Connection
from sync.models import SiteMove
from sync.rest.bodies import MoveIn, MoveRowListing
from sync.rest.request_params import one_of
from sync.rest.site_move_answers import MoveOut, MoveRowOut, MoveRowsOut, MovesOut
from sync.site_move import decisions, table

router = Router(tags=["sync"])
PAGE: Final = "Move to another Jira"
by_a_person = InPerson(PAGE)


@router.get(
    "/connections/{uuid:connection_id}/moves",
    auth=reader,
    response=MovesOut,
    by_alias=True,
    operation_id="sync_api_list_moves",
)
def list_moves(
    request: HttpRequest, connection_id: uuid.UUID, query: Query[Listing]
) -> HttpResponse:
    """Moves of this connection to another Jira, and plans of some."""
    connection = get_object_or_404(Connection, pk=connection_id)
    rows = SiteMove.objects.filter(connection=connection)
    return listed(rows, MoveOut.of, cursor=query.cursor, limit=query.limit)


@router.post(
    "/connections/{uuid:connection_id}/moves",
    auth=connector,
    response={202: MoveOut},
    by_alias=True,
    operation_id="sync_api_plan_move",
)
def plan_move(request: HttpRequest, connection_id: uuid.UUID, payload: MoveIn) -> HttpResponse:
    """Make a plan, which reads both Jiras and changes nothing. `destination`: a second connection that
    leads to the new Jira, tested, without mapped projects. A person confirms the plan at the console."""
    connection = get_object_or_404(Connection, pk=connection_id)
    destination = Connection.objects.filter(pk=payload.destination).first()
    if destination is None:
        sentence = "There is no such connection."
        raise Refused(sentence, fields={"destination": [sentence]})
    return answer(MoveOut.of(decisions.plan(connection, destination, actor=actor_of(request))), 202)


@router.get(
    "/moves/{uuid:move_id}",
    auth=reader,
    response=MoveOut,
    by_alias=True,
    operation_id="sync_api_get_move",
)
def get_move(request: HttpRequest, move_id: uuid.UUID) -> HttpResponse:
    return answer(MoveOut.of(_move(move_id)))


@router.get(
    "/moves/{uuid:move_id}/rows",
    auth=planner,
    response=MoveRowsOut,
    operation_id="sync_api_move_rows",
)
def list_rows(
    request: HttpRequest, move_id: uuid.UUID, query: Query[MoveRowListing]
) -> HttpResponse:
    """The table: what is what in the other Jira. `kind` and `verdict` choose from it."""
    if query.kind:
        one_of(query.kind, list(table.KINDS))
    if query.verdict:
        one_of(query.verdict, list(table.VERDICTS))
    rows = table.rows_of(_move(move_id), query.kind or "", query.verdict or "")
    return listed(rows, MoveRowOut.of, cursor=query.cursor, limit=query.limit)


@router.delete(
    "/moves/{uuid:move_id}",
    auth=connector,
    response={204: None},
    operation_id="sync_api_give_move_up",
)
def give_up(request: HttpRequest, move_id: uuid.UUID) -> Any:
    """Forget a plan that was not confirmed yet. 409 for any other."""
    decisions.give_up(_move(move_id), actor=actor_of(request))
    return Status(204, None)


@router.post(
    "/moves/{uuid:move_id}/back",
    auth=connector,
    response={202: MoveOut},
    by_alias=True,
    operation_id="sync_api_plan_move_back",
)
def plan_back(request: HttpRequest, move_id: uuid.UUID) -> HttpResponse:
    """Make the plan of the way back, within thirty days. A person confirms it at the console."""
    return answer(MoveOut.of(decisions.plan_back(_move(move_id), actor=actor_of(request))), 202)


@router.post("/moves/{uuid:move_id}/confirm", auth=by_a_person, include_in_schema=False)
def confirm(request: HttpRequest, move_id: uuid.UUID) -> Any:
    """A person does this, on the page."""


@router.post("/moves/{uuid:move_id}/let-go", auth=by_a_person, include_in_schema=False)
def let_go(request: HttpRequest, move_id: uuid.UUID) -> Any:
    """A person does this, on the page."""


def _move(move_id: uuid.UUID) -> SiteMove:
    rows = SiteMove.objects.select_related("connection", "destination", "returns")
    return get_object_or_404(rows, pk=move_id)
