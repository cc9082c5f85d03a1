"""Which item may be above which, and what a level is called: Jira's hierarchy, as far as it is known.

A type's level is -1 for sub-tasks, 0 for stories and their like, 1 for epics, and more above those
(MappedProject.facts["levels"], learnt by `sync.pairs.hierarchy`). Jira takes a parent of the next level
alone. What is not known is not judged here; Jira judges it then.
"""

from __future__ import annotations

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.models import MappedProject
from planning.models import WorkItem

SUBTASK: Final = -1
STORY: Final = 0
FEATURE: Final = 1
# In MappedProject.facts: the ids of the types that Jira had when somebody decided on them, in its order
TYPES_SEEN: Final = "types_seen"
NAMES: Final = {
    SUBTASK: gettext_lazy("level of sub-tasks"),
    STORY: gettext_lazy("level of stories"),
    FEATURE: gettext_lazy("level of features"),
    2: gettext_lazy("level of capabilities"),
}  # of the levels that the board plans by, whatever their types are called in Jira


def level_of(project: MappedProject | None, word: str) -> int | None:
    """Of the board's type `word`; None where Jira did not tell, or the item is in no project."""
    if project is None:
        return None
    level = project.facts.get("levels", {}).get(str(project.type_map.get(word, "")))
    return level if isinstance(level, int) else None


def name_of(level: int | None) -> str:
    """The level by what is planned on it; where it is above all that the board has a name for, that; empty
    where it is not known."""
    if level is None:
        return ""
    if level in NAMES:
        return str(NAMES[level])
    return _("level %(number)d, above capabilities") % {"number": level}


def usual_type(project: MappedProject | None, level: int) -> str:
    """The board's type of that level in the project, or else of the next one above that it has; of several
    the first in Jira's own order. Empty where no level is known."""
    if project is None:
        return ""
    order = {one: place for place, one in enumerate(project.facts.get(TYPES_SEEN, ()))}
    fit = [
        (found, order.get(str(remote), len(order)), word)
        for word, remote in project.type_map.items()
        if (found := level_of(project, word)) is not None and found >= level
    ]
    return min(fit)[2] if fit else ""


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
