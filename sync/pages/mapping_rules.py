""" "#4 Fields and statuses": changing what a mapping holds beyond pairs, each part a form of its own."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.access import PLAN, needs
from almconnect.lib.api import Refused
from almconnect.lib.pages import show_refusal
from connections.health import truth
from connections.models import MappedProject
from connections.views.session import person_of
from sync.mapping import project_mapping
from sync.pages import fields
from sync.pages.link_forms import LinkRulesForm
from sync.pages.request_params import ask, project_for
from sync.pages.rule_forms import CreatesForm, StepsForm, TeamForm

AForm = TypeVar("AForm", bound=Form)


@require_POST
@needs(PLAN)
def steps(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """What is given where a step of the workflow asks for more than a status."""
    return _change(
        request,
        project_id,
        "steps_form",
        lambda project, offer: StepsForm(request.POST, project=project, steps=offer.steps),
        lambda form: {"transition_defaults": form.defaults()},
        _("Saved. What waits for want of such a value can be replayed now."),
    )


@require_POST
@needs(PLAN)
def creates(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """What is given where a new issue must have more than the board holds."""
    return _change(
        request,
        project_id,
        "creates_form",
        lambda project, offer: CreatesForm(request.POST, project=project, screens=offer.screens),
        lambda form: {"create_defaults": form.defaults()},
        _("Saved. What waits for want of such a value can be sent again now."),
    )


@require_POST
@needs(PLAN)
def team(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """What says the team of an issue."""
    return _change(
        request,
        project_id,
        "team_form",
        lambda project, offer: TeamForm(request.POST, project=project, fields=offer.team_fields),
        lambda form: {"team_source": form.chosen()},
        _("Saved. The project's issues are read again, and each says its team anew."),
    )


@require_POST
@needs(PLAN)
def links(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """What links between certain types are in Jira."""
    return _change(
        request,
        project_id,
        "links_form",
        lambda project, offer: LinkRulesForm(
            request.POST, project=project, link_types=fields.link_types(offer)
        ),
        lambda form: {"link_rules": form.rules()},
        _("Saved. The project's issues are read again, and their links by the new rules."),
    )


def _change(
    request: HttpRequest,
    project_id: uuid.UUID,
    name: str,
    make: Callable[[MappedProject, fields.Offer], AForm],
    values_of: Callable[[AForm], Mapping[str, Any]],
    done: str,
) -> HttpResponse:
    project = project_for(project_id)
    asked = ask(project.connection, lambda: fields.fetch(project))
    if asked.answer is None:
        return fields.page(request, project, diagnosis=asked.diagnosis)
    form = make(project, asked.answer)
    if not form.is_valid():
        return fields.page(request, project, offer=asked.answer, sent={name: form})
    actor, values = person_of(request), values_of(form)
    try:
        if fields.into_draft(request):
            return fields.add_to_draft(request, project, values)
        stored = ask(
            project.connection, lambda: project_mapping.change(project, actor=actor, values=values)
        )
    except Refused as refusal:
        show_refusal(form, refusal)
        return fields.page(request, project_for(project_id), offer=asked.answer, sent={name: form})
    if stored.answer is None:
        return fields.page(request, project_for(project_id), diagnosis=stored.diagnosis)
    again = {"team_source", "link_rules"} & values.keys()
    messages.success(request, truth.will_be_read(project, done) if again else done)
    return fields.back_to(project)
