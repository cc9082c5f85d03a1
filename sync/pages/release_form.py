"""The form for a version that is to be made in Jira, and what a project's page shows of its releases."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from connections.models import MappedProject
from planning.item_names import DayInput
from sync.pairs.releases import VERSIONS


class ReleaseForm(forms.Form):
    """A version to be made."""

    prefix = "release"

    name = forms.CharField(label=_("Name"), max_length=255)
    start = forms.DateField(label=_("Start"), required=False, widget=DayInput)
    release = forms.DateField(label=_("Release"), required=False, widget=DayInput)


def shown(project: MappedProject) -> dict[str, Any]:
    """What the project's page shows of its releases; nothing where fix versions are not mapped."""
    if VERSIONS not in project.field_map:
        return {}
    return {"releases": list(project.releases.all()), "release_form": ReleaseForm()}
