"""The forms of "#4 Fields and statuses" beyond pairs. They know what Jira offers; `sync.mapped` judges."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext as _

from connections.models import MappedProject
from jira_client.values import FieldMeta
from sync.core.propose import value_name
from sync.steps import Steps, demanded

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

    def _add(self, word: str, meta: FieldMeta, current: str) -> None:
        field = f"step_{len(self.places)}"
        self.places[field] = (word, meta.id)
        words = _("%(field)s, on the step to %(status)s")
        label = words % {"field": meta.name, "status": word}
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
        """What `sync.mapped.change` takes; empty values take theirs out. Once valid."""
        found: dict[str, dict[str, Any]] = {}
        for field, (word, name) in self.places.items():
            found.setdefault(word, {})[name] = self.cleaned_data[field]
        return found
