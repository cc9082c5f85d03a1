"""Which item may be above which: Jira's hierarchy, as far as each project's metadata told it.

A type's level is -1 for sub-tasks, 0 for stories and their like, 1 for epics, and more above those
(MappedProject.facts["levels"], learnt by `sync.pairs.hierarchy`). Jira takes a parent of the next level
alone. What is not known is not judged here; Jira judges it then.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _

from connections.models import MappedProject
from planning.models import WorkItem

SUBTASK: Final = -1


def level_of(project: MappedProject | None, word: str) -> int | None:
    """Of the board's type `word`; None where Jira did not tell, or the item is in no project."""
    if project is None:
        return None
    level = project.facts.get("levels", {}).get(str(project.type_map.get(word, "")))
    return level if isinstance(level, int) else None


def why_not(project: MappedProject | None, word: str, parent: WorkItem) -> str:
    """Why Jira would not have `parent` above an item of this project and type; empty where it would, or
    where that is not known. `parent` with its project."""
    mine, above = level_of(project, word), level_of(parent.project, parent.type)
    if project is None or parent.project is None:
        return ""
    names = {"child": word, "parent": parent.remote_key or parent.summary, "kind": parent.type}
    if above == SUBTASK:
        return (
            _("In Jira nothing is below a %(kind)s, which %(parent)s is: choose another.") % names
        )
    if mine is not None and above is not None and above != mine + 1:
        return (
            _(
                "In Jira a %(child)s cannot be below %(parent)s, which is a %(kind)s: a parent is of the "
                "next level of Jira's hierarchy. Choose another."
            )
            % names
        )
    if mine == SUBTASK and project.pk != parent.project.pk:
        return (
            _("In Jira a %(child)s is in its parent's project, and %(parent)s is in another one.")
            % names
        )
    return ""


def why_not_alone(item: WorkItem, word: str) -> str:
    """Why Jira would not take the parent from this item; empty where it would."""
    if item.remote_id and level_of(item.project, word) == SUBTASK:
        return _("In Jira a %(child)s always has a parent: choose another one.") % {"child": word}
    return ""
