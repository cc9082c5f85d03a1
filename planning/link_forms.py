"""Forms of links between work items."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connections.models import MappedProject
from planning.forms import RefusableForm, find_item
from planning.rules import link_words


class LinkForm(RefusableForm):
    type = forms.ChoiceField(label=_("This item"))
    target = forms.CharField(
        label=_("Other item"), help_text=_("Its key in Jira, like ABC-12, or its id on the board.")
    )

    def __init__(self, *args: Any, project: MappedProject | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.project = project
        self.auto_id = "link_%s"  # it stands beside the item's own form
        words = [(word, word) for word in link_words(project)]
        self.fields["type"].choices = words  # type: ignore[attr-defined]

    def clean_target(self) -> str | None:
        return find_item(self.cleaned_data["target"], self.project)
