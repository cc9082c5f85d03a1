"""Templates of mappings: saved from a project, kept as files, put into a project's draft."""

from __future__ import annotations

import uuid

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from accounts.access import PLAN, READ, needs
from almconnect.lib.api import Refused
from almconnect.lib.pages import show_refusal
from connections.models import MappedProject
from connections.views.session import person_of
from sync.mapping import templates
from sync.models import MappingTemplate
from sync.pages.request_params import ask, page_context, project_for


class FileForm(forms.Form):
    content = forms.FileField(
        label=_("A template's file"),
        help_text=_("YAML, as it is downloaded here. A template of the same name is replaced."),
    )


@require_GET
@needs(READ)
def listing(request: HttpRequest) -> HttpResponse:
    return _listing(request, FileForm())


@require_POST
@needs(PLAN)
def upload(request: HttpRequest) -> HttpResponse:
    """Keep a template from a file."""
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            text = form.cleaned_data["content"].read(templates.LONGEST * 4).decode()
            name, content = templates.read(text)
            row = templates.store(name, content, actor=person_of(request))
        except UnicodeDecodeError:
            form.add_error("content", _now("The file is no text."))
        except Refused as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _now("“%(name)s” is kept.") % {"name": row.name})
            return redirect("sync:templates")
    return _listing(request, form)


def _listing(request: HttpRequest, form: FileForm) -> HttpResponse:
    context = page_context(request, None)
    context |= {
        "form": form,
        "templates": MappingTemplate.objects.all(),
        "projects": MappedProject.objects.select_related("connection").order_by("key")
        if context["may_plan"]
        else [],
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "sync/templates.html", context, status=status)


@require_GET
@needs(READ)
def download(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    return templates.download(get_object_or_404(MappingTemplate, pk=template_id))


@require_POST
@needs(PLAN)
def remove(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    row = get_object_or_404(MappingTemplate, pk=template_id)
    templates.remove(row, actor=person_of(request))
    messages.success(request, _now("“%(name)s” is removed.") % {"name": row.name})
    return redirect("sync:templates")


@require_POST
@needs(PLAN)
def save(request: HttpRequest, project_id: uuid.UUID) -> HttpResponse:
    """The project's mapping as a template of the name that is given."""
    row, actor = project_for(project_id), person_of(request)
    name = request.POST.get("name", "")
    try:
        asked = ask(row.connection, lambda: templates.save(row, name, actor=actor))
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("sync:versions", row.pk)
    if asked.answer is None:
        what = asked.diagnosis["what"] if asked.diagnosis else ""
        messages.error(request, _now("The template was not saved: %(what)s") % {"what": what})
        return redirect("sync:versions", row.pk)
    words = _now("“%(name)s” is a template now.") % {"name": asked.answer.name}
    messages.success(request, words)
    return redirect("sync:templates")


@require_POST
@needs(PLAN)
def apply(request: HttpRequest, template_id: uuid.UUID) -> HttpResponse:
    """Put the template into the draft of the mapped project that is named."""
    row, actor = get_object_or_404(MappingTemplate, pk=template_id), person_of(request)
    try:
        project = project_for(uuid.UUID(request.POST.get("project", "")))
    except ValueError:
        messages.error(request, _now("Choose the project."))
        return redirect("sync:templates")
    try:
        asked = ask(project.connection, lambda: templates.into_draft(row, project, actor=actor))
    except Refused as refusal:
        messages.error(request, refusal.message)
        return redirect("sync:templates")
    if asked.answer is None:
        what = asked.diagnosis["what"] if asked.diagnosis else ""
        messages.error(request, _now("The template was not applied: %(what)s") % {"what": what})
        return redirect("sync:templates")
    for one in asked.answer[1].misfits:
        if one.kind in ("missing", "several", "level"):
            words = _now("“%(word)s” does not fit: Jira has no one “%(name)s” there.")
            messages.warning(request, words % {"word": one.word, "name": one.name})
    return redirect("sync:draft", project.pk)
