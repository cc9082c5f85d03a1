"""The filters above the list of work items."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from almconnect.lib.long_select import LongSelect
from connections.models import MappedProject
from planning.forms import Choices, iteration_choices, team_choices
from planning.models import SyncState, WorkItem

ALL = ("", _("All"))
NONE = "none"


class ItemFilter(forms.Form):
    """What is not understood is shown as an error and does not narrow."""

    q = forms.CharField(label=_("Words or key"), required=False, max_length=200)
    project = forms.ChoiceField(label=_("Project"), required=False, widget=LongSelect)
    team = forms.ChoiceField(label=_("Team"), required=False, widget=LongSelect)
    iteration = forms.ChoiceField(label=_("Iteration"), required=False, widget=LongSelect)
    type = forms.CharField(label=_("Type"), required=False, max_length=60)
    state = forms.ChoiceField(
        label=_("Sync state"), required=False, choices=[ALL, *SyncState.choices]
    )

    def __init__(self, *args: Any, projects: list[MappedProject], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(project.pk), f"{project.key} · {project.name}") for project in projects]
        choices: dict[str, Choices] = {
            "project": [ALL, (NONE, _("On the board only")), *named],
            "team": [ALL, (NONE, _("No team")), *team_choices()[1:]],
            "iteration": [ALL, (NONE, _("Backlog")), *iteration_choices()[1:]],
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]

    @property
    def words(self) -> str:
        """What is searched for; empty where nothing is, or what was asked is not understood."""
        self.is_valid()
        return str(self.cleaned_data.get("q", ""))

    def narrow(self, rows: QuerySet[WorkItem]) -> QuerySet[WorkItem]:
        self.is_valid()
        asked = self.cleaned_data
        for name in ("project", "team", "iteration"):
            if asked.get(name):
                rows = rows.filter(**{name: None if asked[name] == NONE else asked[name]})
        if asked.get("type"):
            rows = rows.filter(type__iexact=asked["type"])
        if asked.get("state"):
            rows = rows.filter(sync_state=asked["state"])
        if asked.get("q"):
            rows = rows.filter(Q(summary__icontains=asked["q"]) | Q(remote_key__iexact=asked["q"]))
        return rows
