"""The form of "#4 Fields and statuses" for links by the types of what they join: a line a rule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django import forms
from django.utils.translation import gettext as _

from connections.models import MappedProject
from sync.mapping.link_rules import PARTS, types_of
from sync.pages.choices import Choice

BLANK: Final = 2  # lines that wait for a new rule
LONGEST_WORD: Final = 60


@dataclass(frozen=True, slots=True)
class Line:
    """The bound fields of one rule, in the order in which it reads."""

    number: int
    fields: Sequence[forms.BoundField]


class LinkRulesForm(forms.Form):
    """Lines of type, word, type and link type; one that is emptied takes its rule out.

    Without JavaScript a saved page brings fresh blank lines.
    """

    prefix = "links"

    def __init__(
        self, data: Any = None, *, project: MappedProject, link_types: Sequence[Choice]
    ) -> None:
        super().__init__(data)
        self.count = len(project.link_rules) + BLANK
        own, every = list(project.type_map), types_of(project.connection)
        names = [one.id for one in link_types]
        for number in range(self.count):
            known = number < len(project.link_rules)
            rule = project.link_rules[number] if known else dict.fromkeys(PARTS, "")
            self._choice(number, "from", _("Line %(n)d: from"), own, rule["from"])
            self.fields[_place(number, "word")] = forms.CharField(
                label=_("Line %(n)d: word") % {"n": number + 1},
                required=False,
                initial=rule["word"],
                max_length=LONGEST_WORD,
            )
            self._choice(number, "to", _("Line %(n)d: to"), every, rule["to"])
            label = _("Line %(n)d: link type in Jira")
            self._choice(number, "link_type", label, names, rule["link_type"])

    def _choice(
        self, number: int, part: str, label: str, known: Iterable[str], current: str
    ) -> None:
        """What is stored stays to be chosen, though it is not there any more: it is named then."""
        choices = [("", _("– none –")), *((word, word) for word in known)]
        if current and current not in known:
            choices.append((current, _("%(word)s (not there any more)") % {"word": current}))
        self.fields[_place(number, part)] = forms.ChoiceField(
            label=label % {"n": number + 1}, required=False, initial=current, choices=choices
        )

    def lines(self) -> list[Line]:
        return [
            Line(number + 1, [self[_place(number, part)] for part in PARTS])
            for number in range(self.count)
        ]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        for number in range(self.count):
            given = [bool(cleaned.get(_place(number, part))) for part in PARTS]
            places = [_place(number, part) for part in PARTS]
            if any(given) and not all(given) and not self.errors.keys() & set(places):
                missing = places[given.index(False)]
                self.add_error(missing, _("Fill in the whole line, or empty it."))
        return cleaned

    def rules(self) -> list[dict[str, str]]:
        """What `sync.mapping.project_mapping.change` takes. Once valid."""
        rows = [
            {part: self.cleaned_data[_place(number, part)] for part in PARTS}
            for number in range(self.count)
        ]
        return [row for row in rows if row["word"]]


def _place(number: int, part: str) -> str:
    return f"rule_{number}_{part}"
