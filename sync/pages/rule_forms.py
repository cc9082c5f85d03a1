"""The forms of "#4 Fields and statuses" beyond pairs: what Jira offers; `project_mapping` judges."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.models import MappedProject
from jira_client.values import FieldMeta
from planning.models import Team
from sync.core.propose import value_name
from sync.core.teams import BOARD, COMPONENT, FIELD, LABEL, PROJECT
from sync.mapping.team_fields import TeamField, preselected
from sync.mapping.transition_fields import Steps, demanded
from sync.outbound.create_defaults import Screens
from sync.outbound.create_defaults import demanded as missing

LONGEST_VALUE = 255


class StepsForm(forms.Form):
    """One line per board status and field that a step there demands, or that has a value already."""

    prefix = "steps"

    def __init__(self, data: Any = None, *, project: MappedProject, steps: Steps) -> None:
        super().__init__(data)
        self.places: dict[str, tuple[str, str]] = {}  # form field → (board status, Jira field id)
        for word, status in project.status_map.items():
            given = project.transition_defaults.get(word, {})
            metas = {meta.id: meta for meta in demanded(steps, str(status))}
            for name in given:
                metas.setdefault(
                    name, steps.get(str(status), {}).get(name) or FieldMeta(name, name)
                )
            for meta in metas.values():
                self._add(word, meta, str(given.get(meta.id, "")))

    def label(self, meta: FieldMeta, word: str) -> str:
        return _("%(field)s, on the step to %(status)s") % {"field": meta.name, "status": word}

    def _add(self, word: str, meta: FieldMeta, current: str) -> None:
        field = f"step_{len(self.places)}"
        self.places[field] = (word, meta.id)
        label = self.label(meta, word)
        allowed = [value_name(one) for one in meta.allowed]
        if not allowed:
            self.fields[field] = forms.CharField(
                label=label, required=False, initial=current, max_length=LONGEST_VALUE
            )
            return
        if current and current not in allowed:
            allowed.append(current)
        options = [("", _("– nothing: the step waits –")), *((one, one) for one in allowed)]
        self.fields[field] = forms.ChoiceField(
            label=label, required=False, initial=current, choices=options
        )

    def defaults(self) -> dict[str, dict[str, Any]]:
        """What `sync.mapping.project_mapping.change` takes; empty values take theirs out. Once valid."""
        found: dict[str, dict[str, Any]] = {}
        for field, (word, name) in self.places.items():
            found.setdefault(word, {})[name] = self.cleaned_data[field]
        return found


class CreatesForm(StepsForm):
    """One line per board type and field that its create screen demands and the board does not hold, or
    that has a value already.
    """

    prefix = "creates"

    def __init__(self, data: Any = None, *, project: MappedProject, screens: Screens) -> None:
        forms.Form.__init__(self, data)
        self.places: dict[str, tuple[str, str]] = {}  # form field → (board type, Jira field id)
        for word in project.type_map:
            given, screen = project.create_defaults.get(word, {}), screens.get(word, {})
            metas = {meta.id: meta for meta in missing(project, screen)}
            for name in given:
                metas.setdefault(name, screen.get(name) or FieldMeta(name, name))
            for meta in metas.values():
                self._add(word, meta, str(given.get(meta.id, "")))

    def label(self, meta: FieldMeta, word: str) -> str:
        return _("%(field)s of a new %(type)s") % {"field": meta.name, "type": word}


class TeamForm(forms.Form):
    """Where issues say their team, and what each team is called there.

    `proposed`: the project's only field for teams, chosen for a project that has chosen nothing yet.
    """

    prefix = "team"

    source = forms.ChoiceField(
        label=gettext_lazy("What says the team of an issue"), widget=forms.RadioSelect
    )

    def __init__(
        self, data: Any = None, *, project: MappedProject, fields: Sequence[TeamField]
    ) -> None:
        super().__init__(data)
        stored = project.team_source
        self.proposed = None if stored else preselected(fields)
        if self.proposed is not None:
            stored = {"kind": FIELD, "field": self.proposed.info.id}
        kind, field = stored.get("kind", PROJECT), stored.get("field", "")
        source = self.fields["source"]
        if isinstance(source, forms.ChoiceField):
            source.choices = _sources(fields, field)
        source.initial = f"{FIELD}:{field}" if kind == FIELD else kind
        self.known = [one for one in fields if one.choices]  # with what may be in them
        self.places: dict[str, str] = {}  # form field → team id
        for team in Team.objects.all():
            place = f"value_{team.pk}"
            self.places[place] = str(team.pk)
            self.fields[place] = forms.CharField(
                label=team.name,
                required=False,
                max_length=LONGEST_VALUE,
                initial=stored.get("values", {}).get(str(team.pk)) or self._namesake(team),
            )

    def _namesake(self, team: Team) -> str:
        """Of the proposed field the choice that is called like this team."""
        choices = self.proposed.choices if self.proposed else {}
        same = [s for s, name in choices.items() if name.casefold() == team.name.casefold()]
        return same[0] if len(same) == 1 else ""

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        given = [place for place in self.places if cleaned.get(place)]
        if cleaned.get("source", PROJECT) not in (PROJECT, BOARD) and not given:
            self.add_error("source", _("Say below what at least one team is called in Jira."))
        return cleaned

    def chosen(self) -> dict[str, Any]:
        """What `sync.mapping.project_mapping.change` takes as the team's source. Once valid."""
        kind, _colon, field = self.cleaned_data["source"].partition(":")
        values = {team: self.cleaned_data[place] for place, team in self.places.items()}
        return {"kind": kind, "field": field, "values": values}


def _sources(fields: Sequence[TeamField], current: str) -> list[tuple[str, str]]:
    words = _("The field “%(name)s” (%(id)s).")
    offered = {one.info.id: one.info.name for one in fields}
    if current:
        offered.setdefault(current, current)
    named = [(f"{FIELD}:{id}", words % {"name": name, "id": id}) for id, name in offered.items()]
    return [
        (PROJECT, _("The project: all its issues are one team's.")),
        (LABEL, _("A label of the team among the issue's labels.")),
        (COMPONENT, _("A component of the team among the issue's components.")),
        (BOARD, _("The board that its sprint is on, as chosen on “Boards and teams”.")),
        *named,
    ]
