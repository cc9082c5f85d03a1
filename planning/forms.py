"""Forms of the board. They shape what a person types; whether it may be stored, the verbs judge."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

from almconnect.lib.api import Refused
from connections.models import Direction, MappedProject
from planning import custom_form_fields, item_names, own_projects, rules, working_time
from planning.models import CUSTOM, Art, CustomField, Iteration, Team, WorkItem

Choices = list[tuple[str, Any]]
NOBODY = [("", _("Nobody"))]
MOST_ASKED = 5000
ALWAYS_OFFERED = frozenset({"type", "summary", "status", "team"})


def iteration_choices() -> Choices:
    """Iterations by PI, with their dates."""
    grouped: dict[str, list[tuple[str, str]]] = {}
    for row in Iteration.objects.select_related("pi").order_by("pi__start", "pi__name", "index"):
        grouped.setdefault(row.pi.name, []).append((str(row.pk), f"{row.name} · {row.pi.name}"))
    return [("", _("Backlog")), *grouped.items()]


def team_choices() -> Choices:
    return [("", _("No team")), *((str(team.pk), team.name) for team in Team.objects.all())]


class RefusableForm(forms.Form):
    """A form whose verb may refuse: the sentences come to stand beside their fields."""

    def take_refusal(self, refusal: Refused) -> None:
        for word, sentences in refusal.fields.items():
            name = word.replace(CUSTOM, custom_form_fields.PREFIX)
            for sentence in sentences:
                label = "" if name in self.fields else f"{name}: "
                self.add_error(name if name in self.fields else None, label + sentence)
        if not refusal.fields:
            self.add_error(None, refusal.message)


class MoveForm(RefusableForm):
    """Into which cell a card goes; dropping it there adds a neighbour."""

    team = forms.ChoiceField(label=_("Team"), required=False)
    iteration = forms.ChoiceField(label=_("Iteration"), required=False)
    version = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)
    before = forms.UUIDField(required=False, widget=forms.HiddenInput)
    after = forms.UUIDField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].choices = team_choices()  # type: ignore[attr-defined]
        self.fields["iteration"].choices = iteration_choices()  # type: ignore[attr-defined]

    def place(self) -> dict[str, Any]:
        """The arguments of planning.card_moves.move_item."""
        return {
            "team": self.cleaned_data["team"] or None,
            "iteration": self.cleaned_data["iteration"] or None,
            "before": self.cleaned_data["before"],
            "after": self.cleaned_data["after"],
            "expected_version": self.cleaned_data["version"],
        }


class WorkingTimeField(forms.CharField):
    """Hours and minutes; its value is whole seconds, or None."""

    def __init__(self, **options: Any) -> None:
        help_text = _("Hours and minutes, like 6h 30m.")
        super().__init__(required=False, max_length=40, help_text=help_text, **options)

    def clean(self, value: Any) -> Any:
        try:
            return working_time.typed(super().clean(value))
        except rules.Unfit as problem:
            raise forms.ValidationError(str(problem)) from problem


class ItemForm(RefusableForm):
    """The fields of a work item as a person fills them in. Each remembers what it showed, so that
    only what the person changed is sent: somebody else's change of another field stays.
    """

    type = forms.ChoiceField(label=_("Type"))
    summary = forms.CharField(label=_("Summary"), max_length=255)
    status = forms.ChoiceField(label=_("Status"), required=False)
    story_points = forms.FloatField(label=_("Story points"), required=False, min_value=0)
    wsjf = forms.FloatField(label=_("WSJF"), required=False, min_value=0)
    team = forms.ChoiceField(label=_("Team"), required=False)
    iteration = forms.ChoiceField(label=_("Iteration"), required=False)
    assignee = forms.ChoiceField(label=_("Assignee"), required=False)
    reporter = forms.ChoiceField(label=_("Reporter"), required=False)
    priority = forms.CharField(label=_("Priority"), required=False, max_length=60)
    labels = forms.CharField(
        label=_("Labels"), required=False, help_text=_("Words, separated by spaces or commas.")
    )
    fix_versions = forms.CharField(
        label=_("Fix versions"), required=False, help_text=_("Names, separated by commas.")
    )
    components = forms.CharField(
        label=_("Components"), required=False, help_text=_("Names, separated by commas.")
    )
    start_date = forms.DateField(label=_("Start date"), required=False, widget=item_names.DayInput)
    due_date = forms.DateField(label=_("Due date"), required=False, widget=item_names.DayInput)
    original_estimate = WorkingTimeField(label=_("Original estimate"))
    remaining_estimate = WorkingTimeField(label=_("Remaining estimate"))
    flagged = forms.BooleanField(label=_("Flagged as an impediment"), required=False)
    parent = forms.CharField(
        label=_("Parent"),
        required=False,
        help_text=_("Its key in Jira, like ABC-12, or its id on the board."),
    )
    description = forms.CharField(
        label=_("Description"), required=False, strip=False, widget=forms.Textarea({"rows": 8})
    )
    PEOPLE = ("assignee", "reporter")

    def __init__(
        self, *args: Any, project: MappedProject | None, item: WorkItem | None, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.item, self.project = item, project
        self.people = people_of(project, item)
        types = list(project.type_map) if project else []
        statuses = list(project.status_map if project else rules.LOCAL_STATUSES)
        everybody: Choices = [*NOBODY, *self.people.items()]
        choices: dict[str, Choices] = {
            "type": _words(types or rules.LOCAL_TYPES, item.type if item else ""),
            "status": [("", "—"), *_words(statuses, item.status if item else "")],
            "team": team_choices(),
            "iteration": iteration_choices(),
            "assignee": everybody,
            "reporter": everybody,
        }
        if offered := (project.facts.get("priorities") if project else None):
            # Chosen, not typed: what Jira takes, and what the item has.
            self.fields["priority"] = offered_field(self.fields["priority"].label)
            current = item.priority if item else ""
            choices["priority"] = [("", "—"), *_words(offered, current)]
        for name, offered_names in item_names.offered(project, item).items():
            # Chosen, not typed: what Jira has, and what the item has.
            self.fields[name] = item_names.several(self.fields[name].label)
            choices[name] = [(one, one) for one in offered_names]
        self.custom: dict[str, CustomField] = {}  # form field → the field of the customer's choice
        for row in custom_form_fields.of_item(project, item, [item.type] if item else types):
            self._add_custom(row)
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]
        of_types = [item.type] if item is not None else types
        for name in rules.lacking(project, of_types) & self.fields.keys() - ALWAYS_OFFERED:
            if item is None or not self.initial.get(name):  # what it holds can be taken out
                del self.fields[name]
        for name, field in self.fields.items():
            field.show_hidden_initial = item is not None
            word = self.custom[name].word if name in self.custom else name
            if rules.only_from_jira(project, word) and (name != "summary" or item is not None):
                field.disabled, field.help_text = True, _("From Jira only; it is changed there.")
        if item is not None and item.remote_id:
            self.fields["type"].disabled = True
            self.fields["type"].help_text = _("Jira's; it is changed there.")

    def _add_custom(self, row: CustomField) -> None:
        name = f"{custom_form_fields.PREFIX}{row.pk}"
        self.custom[name] = row
        field = custom_form_fields.form_field(row, self.project, self.item, self.people)
        self.fields[name] = field

    def clean_labels(self) -> list[str]:
        return [word for word in self.cleaned_data["labels"].replace(",", " ").split() if word]

    def clean_fix_versions(self) -> list[str]:
        return item_names.listed(self.cleaned_data["fix_versions"])

    def clean_components(self) -> list[str]:
        return item_names.listed(self.cleaned_data["components"])

    def clean_parent(self) -> str | None:
        return find_item(self.cleaned_data["parent"], self.project)

    def shown(self) -> SafeString:
        """What the fields show at first, hidden: so that what the person changed can be told apart."""
        hidden = [field.as_hidden(only_initial=True) for field in self if self.item is not None]
        return mark_safe("".join(hidden))  # noqa: S308  (each is a widget's own, escaped output)

    def values(self) -> dict[str, Any]:
        """Board fields for the verbs: all for a new item, what was changed for one that exists."""
        names = self.changed_data if self.item is not None else list(self.fields)
        values = {name: self.cleaned_data[name] for name in names if name in self.cleaned_data}
        for name in self.PEOPLE:
            if values.get(name):
                values[name] = {"id": values[name], "name": self.people[values[name]]}
        for name, row in self.custom.items():
            if name in values:
                values[row.word] = custom_form_fields.value_of(row, values.pop(name), self.people)
        return values


def offered_field(label: Any) -> forms.ChoiceField:
    """A choice of what Jira offers; what it does not offer is named."""
    wrong = {"invalid_choice": _("This project has no priority “%(value)s”.")}
    return forms.ChoiceField(label=label, required=False, error_messages=wrong)


def find_item(words: str, near: MappedProject | None) -> str | None:
    """An item's id from what a person typed: its Jira key or its id. Two Jiras may use one key: that
    of the same Jira as `near` is meant. Raises ValidationError where there is none.
    """
    words = words.strip()
    if not words:
        return None
    try:
        return str(uuid.UUID(words))
    except ValueError:
        pass
    named = WorkItem.objects.live().filter(remote_key=words.upper()).select_related("project")
    connection = near.connection_id if near else None
    same = (item for item in named if item.project and item.project.connection_id == connection)
    found = next(same, None) or named.first()
    if found is None:
        raise forms.ValidationError(_("There is no work item with this key."))
    return str(found.pk)


def people_of(project: MappedProject | None, item: WorkItem | None) -> dict[str, str]:
    """People the board knows of a project, id → name: those its work items name (some thousand are
    asked, not a million).
    """
    found: dict[str, str] = {}
    columns = ("assignee_id", "assignee_name", "reporter_id", "reporter_name")
    items = WorkItem.objects.live().filter(project=project)
    for row in items.values_list(*columns)[:MOST_ASKED]:
        found |= {row[0]: row[1], row[2]: row[3]}
    if item is not None:
        found[item.assignee_id] = item.assignee_name
        found[item.reporter_id] = item.reporter_name
    found.pop("", None)
    return {key: name or key for key, name in sorted(found.items(), key=lambda one: one[1])}


def initial_of(item: WorkItem) -> dict[str, Any]:
    """What the form shows of an item."""
    chosen = item_names.offered(item.project, item)
    return {
        **{
            name: getattr(item, name)
            for name in ("type", "summary", "status", "priority", "description")
        },
        "story_points": _plain(item.story_points),
        "wsjf": _plain(item.wsjf),
        "team": str(item.team_id or ""),
        "iteration": str(item.iteration_id or ""),
        "assignee": item.assignee_id,
        "reporter": item.reporter_id,
        "labels": " ".join(item.labels),
        **{
            name: list(getattr(item, name)) if name in chosen else ", ".join(getattr(item, name))
            for name in ("fix_versions", "components")
        },
        **custom_form_fields.initials(item),
        "start_date": item.start_date,
        "due_date": item.due_date,
        "original_estimate": working_time.shown(item.original_estimate),
        "remaining_estimate": working_time.shown(item.remaining_estimate),
        "flagged": item.flagged,
        "parent": (item.parent.remote_key or str(item.parent.pk)) if item.parent else "",
    }


def _plain(number: float | None) -> float | int | None:
    """5 instead of 5.0, as people write it."""
    return int(number) if number is not None and number.is_integer() else number


Groups = list[tuple[Any, Choices]]


def project_choices(projects: Iterable[MappedProject], art: Art | None = None) -> Groups:
    """Where a new item can go, in groups with their titles: first the ART's own projects, in its order,
    the first of which is the usual one. Each group is of some project; without an ART there is one.
    """
    own = own_projects.ids_of(art) if art else []
    may = {one.pk: one for one in projects if one.direction != Direction.FROM_JIRA}
    first = [may[key] for key in own if key in may]
    rest = [one for one in may.values() if one not in first]
    groups: Groups = [("", [*_named(rest), ("", _("On the board only"))])]
    if art is not None and first:
        groups[0] = (_("Others"), groups[0][1])
        groups.insert(0, (_("Of %(art)s itself") % {"art": art.name}, _named(first)))
    return groups


def _named(projects: Iterable[MappedProject]) -> Choices:
    return [(str(one.pk), f"{one.key} · {one.name} ({one.connection.name})") for one in projects]


def _words(words: Sequence[str], current: str) -> Choices:
    known = list(dict.fromkeys([*words, current] if current else words))
    return [(word, word) for word in known]
