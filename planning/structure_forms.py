"""Forms of the board's structure: trains, ARTs, teams, PIs, iterations."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connections.models import MappedProject
from planning import own_projects
from planning.forms import Choices, RefusableForm
from planning.models import Art, Iteration, Pi, SolutionTrain, Team
from planning.own_projects import OWNERS, Owner
from planning.structure_editing import DATED, REFERENCES, Part

LABELS = {
    "project": _("Jira project"),
    "train": _("Solution train"),
    "art": _("ART"),
    "pi": _("PI"),
}
FIRST_PROJECT = {
    "art": _("Jira project for new features"),
    "train": _("Jira project for new capabilities"),
}
MOST_TICKED = 30  # projects; more are a list to choose from
DATE = {"type": "date"}


class PartForm(RefusableForm):
    """The form of one kind; `part` is None for a new one."""

    name = forms.CharField(label=_("Name"), max_length=100)

    def __init__(self, *args: Any, kind: str, part: Part | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.kind = kind
        for reference in REFERENCES[kind]:
            self.fields[reference] = forms.ChoiceField(
                label=LABELS[reference],
                required=kind == "iteration",
                choices=[("", "—"), *_choices(reference)],
            )
        if kind in OWNERS:
            self._add_further_projects()
        if kind in DATED:
            for name, label in (("start", _("Starts")), ("end", _("Ends"))):
                widget = forms.DateInput(attrs=DATE, format="%Y-%m-%d")
                self.fields[name] = forms.DateField(label=label, required=False, widget=widget)
        if kind == "iteration":
            self.fields["index"] = forms.IntegerField(label=_("Number"), min_value=0, max_value=999)
        if isinstance(part, Iteration):
            self.teams = {f"sprint_{team.pk}": team for team in teams_of(part)}
            for name, team in self.teams.items():
                self.fields[name] = forms.IntegerField(
                    label=_("Sprint of %(team)s") % {"team": team.name},
                    required=False,
                    min_value=1,
                    help_text=_("The sprint's id in Jira. Empty: none yet."),
                )

    def _add_further_projects(self) -> None:
        choices = _choices("project")
        self.fields["project"].label = FIRST_PROJECT[self.kind]
        self.fields["further_projects"] = forms.MultipleChoiceField(
            label=_("Further Jira projects of its own"),
            required=False,
            choices=choices,
            widget=forms.CheckboxSelectMultiple
            if len(choices) <= MOST_TICKED
            else forms.SelectMultiple,
            help_text=_("Projects of its teams need not be named here: teams bring theirs."),
        )

    def own_projects(self) -> list[str]:
        """Of an ART or a train: the ids of its projects, the first one first. Once valid."""
        first, further = self.cleaned_data["project"], self.cleaned_data["further_projects"]
        return list(dict.fromkeys([*([first] if first else []), *further]))

    def values(self) -> dict[str, Any]:
        """The values for planning.structure_editing's verbs."""
        teams: dict[str, Team] = getattr(self, "teams", {})
        values = {name: value for name, value in self.cleaned_data.items() if name not in teams}
        if self.kind in OWNERS:
            del values["project"], values["further_projects"]
            values["projects"] = self.own_projects()
        if teams:
            values["sprints"] = {
                str(team.pk): self.cleaned_data.get(name) for name, team in teams.items()
            }
        return values


class PiPlanForm(RefusableForm):
    """A PI and its iterations from a start, a number and a length."""

    name = forms.CharField(label=_("Name"), max_length=100, help_text=_("For example PI 2025.1"))
    art = forms.ChoiceField(label=_("ART"), required=False)
    start = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs=DATE))
    iterations = forms.IntegerField(
        label=_("Number of iterations"), min_value=1, max_value=26, initial=5
    )
    weeks = forms.IntegerField(
        label=_("Weeks of an iteration"), min_value=1, max_value=8, initial=2
    )
    closing_ip = forms.BooleanField(
        label=_("The last one is the Innovation and Planning iteration"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["art"].choices = [("", "—"), *_choices("art")]  # type: ignore[attr-defined]


def teams_of(iteration: Iteration) -> list[Team]:
    """The teams that plan in this iteration: those of its ART, or all where it has none."""
    art = iteration.pi.art_id
    return list(Team.objects.filter(art=art) if art else Team.objects.all())


def initial_of_part(kind: str, part: Part) -> dict[str, Any]:
    initial: dict[str, Any] = {"name": part.name}
    for reference in REFERENCES[kind]:
        initial[reference] = getattr(part, f"{reference}_id")
    if isinstance(part, Owner):
        projects = [str(key) for key in own_projects.ids_of(part)]
        initial |= {"project": "".join(projects[:1]), "further_projects": projects[1:]}
    if isinstance(part, Pi | Iteration):
        initial |= {"start": part.start, "end": part.end}
    if isinstance(part, Iteration):
        initial["index"] = part.index
        for link in part.sprint_links.all():
            initial[f"sprint_{link.team_id}"] = link.sprint_id
    return initial


def _choices(reference: str) -> Choices:
    if reference == "project":
        rows = MappedProject.objects.select_related("connection")
        return [(str(row.pk), f"{row.key} · {row.name} ({row.connection.name})") for row in rows]
    models = {"train": SolutionTrain, "art": Art, "pi": Pi}
    return [(str(row.pk), str(row)) for row in models[reference]._default_manager.all()]
