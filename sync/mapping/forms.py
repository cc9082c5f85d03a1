"""The forms of mapping a project. They ask and check what can be checked without Jira; the verbs
(`sync.mapping.project_mapping`, `sync.mapping.sprints`, `planning.structure_editing`) have the last word.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from connections.models import (
    CommentDirection,
    ConflictPolicy,
    DeletionPolicy,
    Direction,
    MappedProject,
)
from planning import own_projects
from planning.models import Art, Pi, SolutionTrain, Team
from planning.own_projects import OWNERS
from planning.structure_editing import MODELS

NEW, NONE = "new", "none"
KINDS = {"team": _("team"), "art": _("ART"), "train": _("solution train")}
LONGEST_NAME = 100
LONGEST_JQL = 5000

DIRECTIONS = (
    (Direction.BOTH, _("Both ways: an edit on either side reaches the other.")),
    (Direction.FROM_JIRA, _("From Jira only: the board shows Jira's items and edits none.")),
    (Direction.TO_JIRA, _("To Jira only: the board's edits reach Jira; Jira's stay there.")),
    (Direction.PAUSED, _("Paused: nothing moves; edits on the board wait.")),
)
CONFLICTS = (
    (ConflictPolicy.JIRA_WINS, _("Jira wins: its value is taken; the board's is kept to look at.")),
    (ConflictPolicy.BOARD_WINS, _("The board wins: its value is sent; Jira's is kept to look at.")),
    (ConflictPolicy.ASK, _("Ask: that field waits in Conflicts until somebody decides.")),
)
DELETIONS = (
    (DeletionPolicy.UNLINK, _("Keep it in Jira: the issue stays there and is no longer synced.")),
    (DeletionPolicy.DELETE, _("Delete it in Jira too, if the account may delete issues there.")),
)
COMMENTS = (
    (
        CommentDirection.BOTH,
        _(
            "Both ways: what is written here is written in Jira by the account, with the name before it."
        ),
    ),
    (CommentDirection.FROM_JIRA, _("From Jira only: the board shows Jira's comments.")),
    (CommentDirection.OFF, _("Not synced: what is written on either side stays there.")),
)


@dataclass(frozen=True, slots=True)
class Owner:
    """What a mapped project belongs to: an existing part of the structure (id) or a new one (name)."""

    kind: str  # team | art | train | none
    id: uuid.UUID | None = None
    name: str = ""


class OptionsForm(forms.Form):
    """Direction, policies and filter, each choice with one plain sentence."""

    direction = forms.ChoiceField(
        label=_("Direction"), choices=DIRECTIONS, initial=Direction.BOTH, widget=forms.RadioSelect
    )
    conflict_policy = forms.ChoiceField(
        label=_("When both sides changed the same field"),
        choices=CONFLICTS,
        initial=ConflictPolicy.JIRA_WINS,
        widget=forms.RadioSelect,
    )
    deletion_policy = forms.ChoiceField(
        label=_("When an item is deleted on the board"),
        choices=DELETIONS,
        initial=DeletionPolicy.UNLINK,
        widget=forms.RadioSelect,
    )
    comments = forms.ChoiceField(
        label=_("Comments"),
        choices=COMMENTS,
        initial=CommentDirection.BOTH,
        widget=forms.RadioSelect,
    )
    jql = forms.CharField(
        label=_("JQL filter"),
        required=False,
        max_length=LONGEST_JQL,
        widget=forms.Textarea(attrs={"rows": 2, "spellcheck": "false"}),
        help_text=_(
            "Only issues that match are synced, such as: labels = pi. Empty: all issues of the "
            "mapped types. Jira checks it when you save."
        ),
    )

    def options(self) -> dict[str, Any]:
        """The verbs' options, once valid."""
        names = ("direction", "conflict_policy", "deletion_policy", "comments", "jql")
        return {name: self.cleaned_data[name] for name in names}


class OwnerForm(forms.Form):
    """What a project belongs to. A new part takes its name from the field beside."""

    owner = forms.ChoiceField(label=_("Belongs to"))
    owner_name = forms.CharField(
        label=_("Name of the new team, ART or solution train"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=_("Only read where you chose a new one."),
    )

    def __init__(self, *args: Any, project: MappedProject | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._choice("owner").choices = owner_choices(project)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        kind, wanted, name = self._owner_parts()
        if wanted != NEW:
            return cleaned
        if not name:
            self.add_error("owner_name", _now("Give the new one a name."))
        elif MODELS[kind]._default_manager.filter(name=name).exists():
            words = _now("“%(name)s” exists already: choose it above, or take another name.")
            self.add_error("owner_name", words % {"name": name})
        return cleaned

    def chosen_owner(self) -> Owner:
        """Once valid."""
        kind, wanted, name = self._owner_parts()
        if kind == NONE:
            return Owner(NONE)
        return Owner(kind, name=name) if wanted == NEW else Owner(kind, id=uuid.UUID(wanted))

    def _owner_parts(self) -> tuple[str, str, str]:
        kind, _colon, wanted = self.cleaned_data.get("owner", NONE).partition(":")
        return kind, wanted, " ".join(self.cleaned_data.get("owner_name", "").split())

    def _choice(self, name: str) -> forms.ChoiceField:
        field = self.fields[name]
        if not isinstance(field, forms.ChoiceField):
            raise TypeError(f"{name} is no choice")
        return field


class SprintsForm(forms.Form):
    """Into which PI a Scrum board's open sprints go."""

    pi = forms.ChoiceField(label=_("PI"))
    pi_name = forms.CharField(
        label=_("Name of the new PI"),
        required=False,
        max_length=LONGEST_NAME,
        help_text=_("Only read where you chose a new PI."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["pi"]
        if isinstance(field, forms.ChoiceField):
            field.choices = pi_choices()

    def wants_sprints(self) -> bool:
        """Whether the fields count; a form with a tick box says no where it is not ticked."""
        return True

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if self.wants_sprints() and cleaned.get("pi") == NEW:
            name = " ".join(cleaned.get("pi_name", "").split())
            if not name:
                self.add_error("pi_name", _now("Give the new PI a name."))
            elif Pi.objects.filter(name=name).exists():
                words = _now("“%(name)s” exists already: choose it above, or take another name.")
                self.add_error("pi_name", words % {"name": name})
        return cleaned

    def pi_wanted(self) -> tuple[uuid.UUID | None, str]:
        """The PI's id, or None and the new one's name. Once valid."""
        if self.cleaned_data["pi"] == NEW:
            return None, " ".join(self.cleaned_data["pi_name"].split())
        return uuid.UUID(self.cleaned_data["pi"]), ""


class MappingForm(OwnerForm, SprintsForm, OptionsForm):
    """Everything that mapping a project asks, with answers that fit a normal one."""

    take_sprints = forms.BooleanField(
        label=_("Take over its open sprints as the iterations of a PI"), required=False
    )
    take_subtasks = forms.BooleanField(label=_("Read sub-tasks too"), required=False)
    field_order = ("owner", "owner_name", "take_sprints", "pi", "pi_name")

    def __init__(
        self,
        *args: Any,
        sprints: Sequence[Any] = (),
        subtasks: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        if subtasks:
            words = _("Left out otherwise, since stories are what is planned: %(names)s.")
            self.fields["take_subtasks"].help_text = words % {"names": ", ".join(subtasks)}
        else:
            del self.fields["take_subtasks"]
        if not sprints:
            for name in ("take_sprints", "pi", "pi_name"):
                del self.fields[name]

    def wants_sprints(self) -> bool:
        return bool(self.cleaned_data.get("take_sprints"))

    def wants_subtasks(self) -> bool:
        return bool(self.cleaned_data.get("take_subtasks"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if self.wants_sprints() and self._owner_parts()[0] != "team":
            self.add_error(
                "take_sprints",
                _now("Sprints are a team's. Choose a team above, or do not take them over."),
            )
        return cleaned


def owner_choices(project: MappedProject | None = None) -> list[Any]:
    """New ones first, then what exists, each with the other project that it has now."""
    new = [
        ("team:new", _("A new team")),
        ("art:new", _("A new ART")),
        ("train:new", _("A new solution train")),
    ]
    groups: list[Any] = [(_("New"), new)]
    for kind, model, title in (
        ("team", Team, _("Teams")),
        ("art", Art, _("ARTs")),
        ("train", SolutionTrain, _("Solution trains")),
    ):
        rows: QuerySet[Any] = model._default_manager.select_related("project")
        if kind in OWNERS:
            rows = rows.prefetch_related("further_projects")
        if rows:
            groups.append(
                (title, [(f"{kind}:{row.pk}", _with_project(row, project)) for row in rows])
            )
    groups.append((_("Later"), [(NONE, _("Nothing yet: decide later"))]))
    return groups


def owner_of(project: MappedProject) -> Team | Art | SolutionTrain | None:
    """What the project belongs to: the first team, else ART, else train that has it as its own."""
    return (
        project.teams.first()
        or project.arts.first()
        or project.further_arts.first()
        or project.trains.first()
        or project.further_trains.first()
    )


def owner_value(project: MappedProject) -> str:
    """The value of the `owner` field for what the project belongs to now."""
    owner = owner_of(project)
    kind = next((kind for kind, model in MODELS.items() if isinstance(owner, model)), NONE)
    return f"{kind}:{owner.pk}" if owner else NONE


def pi_choices() -> list[Any]:
    rows = [(str(row.pk), row.name) for row in Pi.objects.order_by("-created")]
    return [*rows, (NEW, _("A new PI"))]


def _with_project(row: Team | Art | SolutionTrain, project: MappedProject | None) -> str:
    """A team gives up the project that it points at for another one; an ART takes one more."""
    if isinstance(row, Team):
        if row.project is None or row.project == project:
            return row.name
        return _now("%(name)s (has %(key)s now)") % {"name": row.name, "key": row.project.key}
    keys = [one.key for one in own_projects.projects_of(row) if one != project]
    if not keys:
        return row.name
    return _now("%(name)s (besides %(keys)s)") % {"name": row.name, "keys": ", ".join(keys)}
