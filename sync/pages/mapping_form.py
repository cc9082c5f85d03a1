"""What of the board can be what of Jira: the lines of "#4 Fields and statuses", and the form over them.

What fits what is `choices`'s to say. Writes no row.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _

from almconnect.lib.long_select import LongSelect
from connections.models import MappedProject
from planning.levels import level_of, name_of
from planning.models import CustomField
from sync.core.field_directions import BOTH, FROM_JIRA, TO_JIRA
from sync.core.values import is_compared
from sync.pages.choices import BOARD_FIELDS, Choices, named, offered
from sync.pages.presentation import Word, field_word

LONGEST_WORD = 100
WAYS: Final = (
    (BOTH, _("Both ways")),
    (FROM_JIRA, _("From Jira only")),
    (TO_JIRA, _("To Jira only")),
)
FIXED: Final = frozenset({"summary", "status"})  # without them there is no item to show
SECTIONS: Final = (
    ("type_map", _("Types"), _("Issues of a type without a pair are not read.")),
    ("field_map", _("Fields"), _("A field without a pair stays on the board.")),
    (
        "status_map",
        _("Statuses"),
        _(
            "A board status without a pair stays on the board; Jira's own name is shown for the rest."
        ),
    ),
    ("link_map", _("Links"), _("A link without a pair stays on the side where it was drawn.")),
)


@dataclass(frozen=True, slots=True)
class Line:
    """One board word beside its Jira counterpart. `control` is None where nothing can be chosen."""

    word: str
    label: Word
    remote: str
    remote_name: str
    sample: str
    control: Any
    level: str = ""  # of a type: what is planned on its level of Jira's hierarchy
    way: str = ""  # of a field that goes one way only
    way_control: Any = None


@dataclass(frozen=True, slots=True)
class Section:
    name: str
    title: Word
    note: Word
    lines: Sequence[Line]
    unpaired: Sequence[str]  # Jira's names that no board word has
    new_word: Any
    new_remote: Any


class PairsForm(forms.Form):
    """One choice per board word of each map, and in each map room for a new word; a new field of the board
    is of the kind of what it is in Jira.
    """

    def __init__(self, data: Any = None, *, project: MappedProject, choices: Choices) -> None:
        super().__init__(data)
        self.project, self.offered = project, choices
        self.places: dict[str, tuple[str, str]] = {}  # form field → (map, board word)
        self.ways: dict[str, str] = {}  # board field → form field of its direction
        self.names = {str(row) for row in CustomField.objects.all()}
        for name, _title, _note in SECTIONS:
            for number, word in enumerate(words_of(project, name)):
                if name != "field_map" or word not in FIXED:
                    self._add(f"{name}_{number}", name, word)
                if name == "field_map" and is_compared(word):
                    self._add_way(f"way_{number}", word)
            self._add_new(name)

    def _add(self, field: str, name: str, word: str) -> None:
        current = str(getattr(self.project, name).get(word, ""))
        self.places[field] = (name, word)
        self.fields[field] = forms.ChoiceField(
            label=str(field_word(word)) if name == "field_map" else word,
            required=False,
            initial=current,
            choices=self._options(name, word, current),
        )

    def _add_way(self, field: str, word: str) -> None:
        self.ways[word] = field
        self.fields[field] = forms.ChoiceField(
            label=_now("Direction of %(field)s") % {"field": field_word(word)},
            required=False,
            initial=self.project.field_directions.get(word, BOTH),
            choices=WAYS,
        )

    def directions(self) -> dict[str, str]:
        """Board field → the way it goes from now on, of those that differ from what is stored."""
        fields = {**self.project.field_map, **self.maps()["field_map"]}
        stored = self.project.field_directions
        chosen = {word: self.cleaned_data.get(field) or BOTH for word, field in self.ways.items()}
        return {
            word: way
            for word, way in chosen.items()
            if fields.get(word) and way != stored.get(word, BOTH)
        }

    def _add_new(self, name: str) -> None:
        label = _("Another field") if name == "field_map" else _("Another board word")
        self.fields[f"{name}_new"] = forms.CharField(
            label=label, required=False, max_length=LONGEST_WORD
        )
        self.fields[f"{name}_new_remote"] = forms.ChoiceField(
            label=_("is in Jira"),
            required=False,
            choices=self._options(name, "*", ""),
            widget=LongSelect,
        )

    def new_field(self) -> tuple[str, str] | None:
        """The name of the field that is to be added to the board, and what it is in Jira. Once valid."""
        name = self.cleaned_data.get("field_map_new", "")
        return (name, self.cleaned_data["field_map_new_remote"]) if name else None

    def _options(self, name: str, word: str, current: str) -> list[tuple[str, Any]]:
        none = _("– stays on the board –") if name != "type_map" else _("– not synced –")
        found = offered(self.offered, name, word)
        rows: list[tuple[str, Any]] = [("", none), *((c.id, named(c)) for c in found)]
        if current and current not in {choice.id for choice in found}:
            gone = _now("%(id)s (Jira does not show it any more)") % {"id": current}
            rows.append((current, gone))
        return rows

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for name, _title, _note in SECTIONS:
            self._judge_new(name)
            self._judge_twice(name)
        if not any(self.maps()["type_map"].values()):
            self.add_error(None, _now("At least one type has to be synced."))
        return cleaned

    def _judge_new(self, name: str) -> None:
        word = self.cleaned_data.get(f"{name}_new", "")
        known = self.names if name == "field_map" else getattr(self.project, name)
        if word in known:
            self.add_error(f"{name}_new", _now("This board word is listed already."))
        if bool(word) != bool(self.cleaned_data.get(f"{name}_new_remote")):
            self.add_error(
                f"{name}_new", _now("Give both: the board's word and what it is in Jira.")
            )

    def _judge_twice(self, name: str) -> None:
        """Read back from Jira, one thing can be one board word only."""
        seen: dict[str, str] = {}
        fields = [f for f, (place, _word) in self.places.items() if place == name]
        for field in [*fields, f"{name}_new_remote"]:
            value = self.cleaned_data.get(field) or ""
            if not value:
                continue
            label = str(self.fields[field].label)
            if value in seen:
                words = _now("“%(other)s” is this in Jira already; one of the two has to give way.")
                self.add_error(field, words % {"other": seen[value]})
            seen[value] = label

    def maps(self) -> dict[str, dict[str, str]]:
        """What `project_mapping.change` takes: entries over the present ones, empty to take one out."""
        found: dict[str, dict[str, str]] = {name: {} for name, _title, _note in SECTIONS}
        for field, (name, word) in self.places.items():
            found[name][word] = self.cleaned_data.get(field) or ""
        for name in found.keys() - {"field_map"}:
            if word := self.cleaned_data.get(f"{name}_new", ""):
                found[name][word] = self.cleaned_data.get(f"{name}_new_remote") or ""
        return found

    def changed_maps(self) -> dict[str, dict[str, str]]:
        """Only the entries that differ from what is stored."""
        found = {}
        for name, entries in self.maps().items():
            stored = getattr(self.project, name)
            new = {w: v for w, v in entries.items() if v != str(stored.get(w, ""))}
            if new:
                found[name] = new
        return found


def words_of(project: MappedProject, name: str) -> list[str]:
    if name != "field_map":
        return list(getattr(project, name))
    return [*BOARD_FIELDS, *(row.word for row in CustomField.objects.all())]


def sections(
    project: MappedProject,
    choices: Choices,
    samples: Mapping[str, Mapping[str, str]],
    form: PairsForm | None,
) -> list[Section]:
    """The page's tables. Without a form (a reader, or Jira does not answer) nothing can be chosen."""
    found = []
    for name, title, note in SECTIONS:
        stored = getattr(project, name)
        controls = (
            {word: field for field, (at, word) in form.places.items() if at == name} if form else {}
        )
        lines = []
        for word in words_of(project, name):
            remote = str(stored.get(word, ""))
            known = {one.id: one.name for one in offered(choices, name, word)}
            lines.append(
                Line(
                    word=word,
                    label=field_word(word) if name == "field_map" else word,
                    remote=remote,
                    remote_name=known.get(remote, ""),
                    sample=samples.get(name, {}).get(word, ""),
                    control=form[controls[word]] if form and word in controls else None,
                    level=name_of(level_of(project, word)) if name == "type_map" else "",
                    way=str(dict(WAYS)[project.field_directions.get(word, BOTH)]),
                    way_control=form[form.ways[word]]
                    if form and name == "field_map" and word in form.ways
                    else None,
                )
            )
        taken = {str(value) for value in stored.values()}
        found.append(
            Section(
                name=name,
                title=title,
                note=note,
                lines=lines,
                # Of fields there may be thousands; they are in the box for a new one.
                unpaired=[c.name for c in offered(choices, name, "*") if c.id not in taken]
                if name != "field_map"
                else [],
                new_word=form[f"{name}_new"] if form else None,
                new_remote=form[f"{name}_new_remote"] if form else None,
            )
        )
    return found
