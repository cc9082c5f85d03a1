"""The REST API of connections: calls and status codes; what is done lives in the verbs.

A failure of Jira or the network becomes 409 (a person must act first), 502 or 504, with the
diagnosis code; the connection keeps the diagnosis. Secrets come in and never go out.
"""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router, Status

from accounts.bearer_tokens import actor_of, connector, pauser, planner, reader, tester
from almconnect.lib.api import Listing, Refused, cursor_of, page, read_cursor
from almconnect.lib.secret import Secret
from connections.access import gateway
from connections.credentials import credentials, service_user
from connections.credentials.credentials import Credential
from connections.health import site_identity
from connections.models import AuthMethod, Connection
from connections.oauth import handshake, key_pair
from connections.probes import checkup
from connections.rest.answers import (
    CheckResultOut,
    ConnectionOut,
    ConnectionsOut,
    JiraProjectOut,
    JiraProjectsOut,
    StartedOut,
)
from connections.rest.api_answers import explained, find, noted
from connections.rest.api_facts import router as facts_router
from connections.rest.api_oauth2 import router as oauth2_router
from connections.rest.api_reports import router as reports_router
from connections.rest.api_second_way import router as second_way_router
from connections.rest.bodies import (
    ConnectionIn,
    ConnectionPatch,
    CredentialChoice,
    FinishIn,
    ProjectQuery,
    QuietIn,
    SiteChoice,
    StartIn,
    TestIn,
)
from connections.setup import (
    confirm_account,
    deletion,
    joint_change,
    pause,
    quiet_window,
    settings_editing,
)

router = Router(tags=["connections"])
FEWEST_BITS = 2048


@router.get("/connections", auth=reader, response=ConnectionsOut, summary="List connections")
def list_connections(request: HttpRequest, query: Query[Listing]) -> ConnectionsOut:
    all_of_it = Connection.objects.select_related("site").prefetch_related("secrets")
    rows = service_user.with_globals(all_of_it)
    found, cursor = page(rows, cursor=query.cursor, limit=query.limit)
    return ConnectionsOut(items=[ConnectionOut.of(row, request) for row in found], next=cursor)


@router.post(
    "/connections",
    auth=connector,
    response={201: ConnectionOut},
    summary="Create a connection; a secret is tried at once",
)
def create_connection(request: HttpRequest, payload: ConnectionIn) -> Any:
    """With `secret` (Basic, PAT) it is proven by `/myself`: then the connection is active. Where Jira
    refuses or does not answer, the connection is a draft that holds the diagnosis, still 201; a
    passing `/test` activates it. With OAuth go on with `oauth/start`.
    """
    values = payload.model_dump(exclude={"secret", "key_bits"}, exclude_none=True)
    values = settings_editing.cleaned(values)
    credential = _credential(
        payload.auth_method, payload.username or "", payload.secret, values.get("secret_expires")
    )
    connection = settings_editing.create(actor=actor_of(request), **values)
    if connection.auth_method == AuthMethod.OAUTH1 and payload.key_bits != FEWEST_BITS:
        key_pair.ensure_keys(connection, actor=actor_of(request), bits=payload.key_bits)
    if credential is not None:
        credentials.offer(connection, credential, actor=actor_of(request))
    return Status(201, ConnectionOut.of(connection, request))


@router.get("/connections/{uuid:connection_id}", auth=reader, response=ConnectionOut)
def get_connection(request: HttpRequest, connection_id: uuid.UUID) -> ConnectionOut:
    return ConnectionOut.of(find(connection_id), request)


@router.patch("/connections/{uuid:connection_id}", auth=pauser, response=ConnectionOut)
def edit_connection(
    request: HttpRequest, connection_id: uuid.UUID, payload: ConnectionPatch
) -> ConnectionOut:
    """A changed `base_url` wipes the secret. A `secret` is proven before it takes effect: refused,
    nothing changes (409). Of another account, it waits under `pending` until
    `POST …/credential {"take": "new"|"old"}`. An RTE may send `paused`, alone.
    """
    connection, actor = find(connection_id), actor_of(request)
    sent = payload.model_dump(exclude_unset=True)
    values = {k: v for k, v in sent.items() if k not in {"secret", "paused", "retry"}}
    values = settings_editing.cleaned(values)
    credential = None
    if "secret" in sent:
        method = values.pop("auth_method", connection.auth_method)
        username = values.pop("username", connection.username)
        ends = values.get("secret_expires")
        credential = _credential(method, username, payload.secret, ends)
    if credential is not None:
        with explained(connection):
            joint_change.change(connection, values, credential, actor=actor, retry=payload.retry)
    else:
        settings_editing.edit(connection, actor=actor, values=values)
    if "paused" in sent:
        change = pause.pause if payload.paused else pause.unpause
        change(connection, actor=actor)
    return ConnectionOut.of(find(connection_id), request)


@router.put("/connections/{uuid:connection_id}/quiet", auth=planner, response=ConnectionOut)
def announce_quiet(
    request: HttpRequest, connection_id: uuid.UUID, payload: QuietIn
) -> ConnectionOut:
    """A time in which nothing is written to Jira; edits wait, and a comparison follows at its end."""
    connection = find(connection_id)
    quiet_window.announce(
        connection, payload.starts, payload.ends, payload.reason, actor=actor_of(request)
    )
    return ConnectionOut.of(find(connection_id), request)


@router.delete("/connections/{uuid:connection_id}/quiet", auth=planner, response={204: None})
def end_quiet(request: HttpRequest, connection_id: uuid.UUID) -> Any:
    """Takes the window back, or ends it now."""
    quiet_window.end(find(connection_id), actor=actor_of(request))
    return Status(204, None)


@router.delete("/connections/{uuid:connection_id}", auth=connector, response={204: None})
def delete_connection(request: HttpRequest, connection_id: uuid.UUID, webhook: bool = False) -> Any:
    """Deletes what is held here, never an issue in Jira. `?webhook=true` removes its webhook too."""
    connection = find(connection_id)
    with explained(connection):
        deletion.delete(connection, actor=actor_of(request), with_webhook=webhook)
    return Status(204, None)


@router.post("/connections/{uuid:connection_id}/credential", auth=connector, response=ConnectionOut)
def choose_credential(
    request: HttpRequest, connection_id: uuid.UUID, payload: CredentialChoice
) -> ConnectionOut:
    """Take the new account that waits under `pending`, or keep the old one."""
    connection = find(connection_id)
    with explained(connection):
        if payload.take == "new":
            confirm_account.confirm(connection, actor=actor_of(request))
        else:
            confirm_account.keep(connection, actor=actor_of(request))
    return ConnectionOut.of(find(connection_id), request)


@router.post("/connections/{uuid:connection_id}/site", auth=connector, response=ConnectionOut)
def choose_site(
    request: HttpRequest, connection_id: uuid.UUID, payload: SiteChoice
) -> ConnectionOut:
    """How a connection that is held goes on: the address from before, whose credential is then to be
    entered again; or Jira was put back to an earlier state, and which side is right where the two
    differ. That is compared first (`POST /connections/{id}/restored`), or 409 `compare_first`."""
    connection, actor = find(connection_id), actor_of(request)
    if payload.take == "accept":
        site_identity.accept_restore(connection, right=payload.right or "", actor=actor)
    else:
        settings_editing.edit(
            connection, actor=actor, values=dict(site_identity.put_back(connection))
        )
    return ConnectionOut.of(find(connection_id), request)


@router.post("/connections/{uuid:connection_id}/oauth/start", auth=connector, response=StartedOut)
def start_oauth(
    request: HttpRequest, connection_id: uuid.UUID, payload: StartIn | None = None
) -> StartedOut:
    """The keys for Jira's application link, and where the person goes. Again: the same keys."""
    connection = find(connection_id)
    with explained(connection):
        started = handshake.start_oauth(
            connection,
            actor=actor_of(request),
            out_of_band=payload is not None and payload.callback == "oob",
            key_bits=payload.key_bits if payload is not None else FEWEST_BITS,
        )
    return StartedOut.of(started)


@router.post(
    "/connections/{uuid:connection_id}/oauth/finish", auth=connector, response=ConnectionOut
)
def finish_oauth(
    request: HttpRequest, connection_id: uuid.UUID, payload: FinishIn | None = None
) -> ConnectionOut:
    """“Check & Close”. `verifier` only where the flow was started with `"callback": "oob"`."""
    connection = find(connection_id)
    with explained(connection):
        handshake.finish_oauth(
            connection,
            actor=actor_of(request),
            verifier=payload.verifier if payload is not None else None,
        )
    return ConnectionOut.of(find(connection_id), request)


@router.post("/connections/{uuid:connection_id}/test", auth=tester, response=CheckResultOut)
def run_test(
    request: HttpRequest, connection_id: uuid.UUID, payload: TestIn | None = None
) -> CheckResultOut:
    """One row per check. A pass resumes a stopped connection whose account is the same.

    With settings or a `secret` in the body these are tested in place of the stored ones, and nothing
    is stored (for admins, as for editing). A password that Jira refused is sent again only with
    `"retry": true`: the person logged in to Jira or changed it.
    """
    connection, actor = find(connection_id), actor_of(request)
    sent = payload.model_dump(exclude_unset=True, exclude={"retry"}) if payload else {}
    retry = payload is not None and payload.retry
    if not sent:
        return CheckResultOut.of(checkup.run(connection, actor=actor, retry=retry))
    secret = sent.pop("secret", None)
    method = sent.get("auth_method", connection.auth_method)
    credential = _credential(method, sent.get("username", connection.username) or "", secret)
    found = checkup.try_out(connection, sent, credential, actor=actor, retry=retry)
    return CheckResultOut.of(found)


@router.post(
    "/connections/{uuid:connection_id}/tls-off/renew", auth=connector, response=ConnectionOut
)
def renew_tls_off(request: HttpRequest, connection_id: uuid.UUID) -> ConnectionOut:
    """Go on for 30 days without verifying certificates. 409 where they are verified."""
    connection = find(connection_id)
    settings_editing.renew_tls_off(connection, actor=actor_of(request))
    return ConnectionOut.of(connection, request)


@router.get(
    "/connections/{uuid:connection_id}/jira-projects", auth=planner, response=JiraProjectsOut
)
def jira_projects(
    request: HttpRequest, connection_id: uuid.UUID, query: Query[ProjectQuery]
) -> JiraProjectsOut:
    """Projects in Jira that the account sees, by key."""
    connection = find(connection_id)
    with noted(connection):
        found = gateway.jira_for(connection).projects.list(query.query)
    start = read_cursor(query.cursor)[0] if query.cursor else ""
    rest = [project for project in found if project.key > start]
    some = rest[: query.limit]
    return JiraProjectsOut(
        items=[JiraProjectOut.of(one) for one in some],
        next=cursor_of(some[-1].key) if len(rest) > len(some) else None,
    )


def _credential(
    method: str, username: str, secret: str | None, ends: datetime | None = None
) -> Credential | None:
    """Raises Refused where a secret does not fit the method."""
    if secret is None:
        return None
    if method in (AuthMethod.OAUTH1, AuthMethod.OAUTH2):
        start = "oauth/start" if method == AuthMethod.OAUTH1 else "oauth2/start"
        sentence = f"An OAuth connection has no secret to enter: use {start}."
        raise Refused(sentence, fields={"secret": [sentence]})
    credential = Credential(method=method, secret=Secret(secret), username=username, ends=ends)
    credentials.check(credential)
    return credential


router.add_router("", reports_router)
router.add_router("", facts_router)
router.add_router("", second_way_router)
router.add_router("", oauth2_router)
