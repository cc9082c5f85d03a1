"""The page of one connection: how it is, who it acts as, and what people may do with it."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from accounts.access import CONNECT, PLAN, READ, needs
from accounts.reauthentication import reconfirmed
from almconnect.lib.api import Refused
from almconnect.lib.enqueue import enqueue
from connections.access.sealing import SealBroken
from connections.credentials import credentials, service_user
from connections.health import health, site_identity, vendor_changes
from connections.health.diagnosis import Explained, diagnose
from connections.models import AuthMethod, Connection, Right
from connections.probes import checkup
from connections.report import comparison
from connections.schedule import tasks
from connections.setup import confirm_account, deletion, settings_editing
from connections.setup.pause import pause as pause_connection
from connections.setup.pause import unpause as resume_connection
from connections.views.session import person_of, tell_remarks
from connections.views.sign_in_forms import SecretForm
from connections.views.tabs import tabs_of

PROJECTS = 10  # on a page of the comparison of two accounts


@needs(READ)
def detail(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    return _page(request, connection)


@needs(PLAN)
@require_POST
def test(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """ "Test connection": runs now, and shows every row with what it tested and as whom."""
    connection = get_object_or_404(Connection, pk=connection_id)
    result = checkup.run(connection, actor=person_of(request), retry="retry" in request.POST)
    return _page(request, connection, result=result)


@needs(PLAN)
@require_POST
def pause(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    connection = get_object_or_404(Connection, pk=connection_id)
    change = resume_connection if request.POST.get("resume") else pause_connection
    try:
        change(connection, actor=person_of(request))
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("connections:detail", connection.pk)


@needs(CONNECT)
@reconfirmed(back="connections:detail")
@require_POST
def renew_tls_off(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """ "Renew for 30 days": go on without verifying certificates."""
    connection = get_object_or_404(Connection, pk=connection_id)
    try:
        settings_editing.renew_tls_off(connection, actor=person_of(request))
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("connections:detail", connection.pk)


@sensitive_post_parameters("password")
@needs(CONNECT)
@reconfirmed()
def reauthenticate(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """ "Re-authenticate": the dance again, or the form again."""
    connection = get_object_or_404(Connection, pk=connection_id)
    if connection.wanted_method == AuthMethod.OAUTH1:
        return redirect("connections:setup_oauth", connection.pk)
    if connection.wanted_method == AuthMethod.OAUTH2:
        return redirect("connections:setup_oauth2", connection.pk)
    initial = {"username": connection.username}
    form = SecretForm(request.POST or None, connection=connection, initial=initial)
    found = None
    if request.method == "POST" and form.is_valid():
        try:
            outcome = credentials.present(
                connection,
                form.credential(),
                actor=person_of(request),
                retry="retry" in request.POST,
            )
        except Explained as error:
            found = health.note_attempt(connection, error)
        else:
            tell_remarks(request, outcome)
            if outcome.pending:
                return redirect("connections:account", connection.pk)
            # Ends a stop, now that the same account is proven.
            checkup.run(connection, actor=person_of(request))
            for note in form.notes():
                messages.info(request, note)
            words = _("Re-authenticated as %(name)s.") % {"name": outcome.person.name}
            messages.success(request, words)
            return redirect("connections:detail", connection.pk)
    context = {
        "connection": connection,
        "form": form,
        "diagnosis": found,
        "tabs": tabs_of(connection, "connection"),
    }
    status = 409 if found else 422 if form.errors else 200
    return render(request, "connections/reauthenticate.html", context, status=status)


@needs(CONNECT)
@reconfirmed()
def account(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """Another account authorised: who it is, who it was, what each may do; take it or keep the old."""
    connection = get_object_or_404(Connection, pk=connection_id)
    if not connection.pending_id:
        return redirect("connections:detail", connection.pk)
    found = None
    try:
        credentials.pending(connection)
    except SealBroken as broken:
        found = diagnose(broken, connection)  # the old account may still be kept
    if request.method == "POST":
        try:
            return _decided(request, connection)
        except Explained as error:
            found = health.note_attempt(connection, error)
        except Refused as refused:  # somebody decided it a moment ago
            messages.info(request, refused.message)
            return redirect("connections:detail", connection.pk)
    context = {
        "connection": connection,
        "waiting": {"account_name": connection.pending_name, "account_id": connection.pending_id},
        "diagnosis": found,
        "tabs": tabs_of(connection, "connection"),
        **_compared(request, connection),
    }
    return render(request, "connections/account.html", context, status=409 if found else 200)


def _compared(request: HttpRequest, connection: Connection) -> dict[str, Any]:
    """Both accounts side by side, or how far the reports are that this page asks for once."""
    if not connection.projects.exists():
        return {}
    both = comparison.accounts_of(connection)
    if both is None:
        for row in comparison.compare_accounts(connection, actor=person_of(request)):
            enqueue(tasks.take_report, row.pk)
        both = comparison.accounts_of(connection)
    if both is None or both.running is not None:
        return {"report": both.running if both else None}
    rows = comparison.side_by_side(both)
    lost, gained = comparison.lost_and_gained(rows)
    return {
        "both": both,
        "lost": lost,
        "gained": gained,
        "differing": sum(row["differs"] for row in rows),
        "page": Paginator(rows, PROJECTS).get_page(request.GET.get("page")),
    }


@needs(CONNECT)
@reconfirmed(back="connections:detail")
@require_POST
def site(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """A connection that is held: the address from before, or Jira as it was restored."""
    connection = get_object_or_404(Connection, pk=connection_id)
    try:
        if request.POST.get("take") == "accept":
            right = request.POST.get("right", "")
            if right not in Right:
                messages.error(request, _("Choose which side is right."))
                return redirect("sync:restored", connection.pk)
            site_identity.accept_restore(connection, right=right, actor=person_of(request))
            words = _("Taken up again: every project is compared now, by what you said is right.")
        else:
            before = dict(site_identity.put_back(connection))
            settings_editing.edit(connection, actor=person_of(request), values=before)
            words = _("The address is the one from before. Enter the credential again.")
        messages.success(request, words)
    except Refused as refused:
        messages.error(request, refused.message)
    return redirect("connections:detail", connection.pk)


@needs(CONNECT)
def delete(request: HttpRequest, connection_id: uuid.UUID) -> HttpResponse:
    """First what goes, with counts; then it goes."""
    connection = get_object_or_404(Connection, pk=connection_id)
    found = None
    if request.method == "POST":
        try:
            deletion.delete(
                connection, actor=person_of(request), with_webhook="webhook" in request.POST
            )
        except Explained as error:
            found = health.note_attempt(connection, error)
        except Refused as refused:
            messages.error(request, refused.message)
            return redirect("connections:detail", connection.pk)
        else:
            messages.success(request, _("“%(name)s” was deleted.") % {"name": connection.name})
            return redirect("connections:list")
    context = {
        "connection": connection,
        "counts": deletion.what_goes(connection),
        "has_webhook": bool(connection.webhook_id and deletion.farewells),
        "diagnosis": found,
    }
    return render(request, "connections/delete.html", context, status=409 if found else 200)


def _decided(request: HttpRequest, connection: Connection) -> HttpResponse:
    if request.POST.get("take") == "new":
        person = confirm_account.confirm(connection, actor=person_of(request))
        checkup.run(connection, actor=person_of(request))
        messages.success(
            request, _("This connection now acts as %(name)s.") % {"name": person.name}
        )
    else:
        confirm_account.keep(connection, actor=person_of(request))
        messages.info(request, _("%(name)s stays the account.") % {"name": connection.account_name})
    return redirect("connections:detail", connection.pk)


def _page(
    request: HttpRequest,
    connection: Connection,
    *,
    result: checkup.CheckResult | None = None,
) -> HttpResponse:
    role = person_of(request).role
    context = {
        "connection": connection,
        "result": result,
        "tabs": tabs_of(connection, "connection"),
        "may_connect": role in CONNECT,
        "may_plan": role in PLAN,
        "credential": credentials.stored(connection),
        "pending": bool(connection.pending_id),
        "account_warnings": service_user.of_connection(connection),
        "ahead": vendor_changes.ahead_of(connection),
    }
    return render(request, "connections/detail.html", context)
