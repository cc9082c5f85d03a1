"""How deliveries, changes and steps are worded and badged, in the words of people who plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.functional import Promise
from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from planning.custom_names import called
from planning.models import CUSTOM, Change, ChangeState
from sync.models import Delivery, DeliveryState

Word = str | Promise


@dataclass(frozen=True, slots=True)
class Badge:
    """`state` is one of the console's looks; `word` what it says."""

    state: str
    word: Word


FIELDS: Final[dict[str, Word]] = {
    "summary": _("Summary"),
    "description": _("Description"),
    "status": _("Status"),
    "story_points": _("Story points"),
    "wsjf": _("WSJF"),
    "assignee": _("Assignee"),
    "reporter": _("Reporter"),
    "labels": _("Labels"),
    "priority": _("Priority"),
    "parent": _("Parent"),
    "team": _("Team"),
    "iteration": _("Iteration"),
    "rank": _("Rank"),
    "type": _("Type"),
    "fix_versions": _("Fix versions"),
    "components": _("Components"),
    "start_date": _("Start date"),
    "due_date": _("Due date"),
    "original_estimate": _("Original estimate"),
    "remaining_estimate": _("Remaining estimate"),
    "flagged": _("Flagged"),
}
_DELIVERY: Final[dict[str, Badge]] = {
    DeliveryState.WAITING: Badge("waiting", _("Waiting")),
    DeliveryState.DONE: Badge("pass", _("Done")),
    DeliveryState.IGNORED: Badge("not_checked", _("Not needed")),
    DeliveryState.UNSUPPORTED: Badge("not_checked", _("Not used")),
    DeliveryState.FAILED: Badge("failed", _("Failed")),
}
_CHANGE: Final[dict[str, Badge]] = {
    ChangeState.WAITING: Badge("waiting", _("Waiting")),
    ChangeState.SENDING: Badge("running", _("Being sent")),
    ChangeState.LOOKING: Badge("warning", _("Outcome unknown")),
    ChangeState.SETTLED: Badge("pass", _("Done")),
    ChangeState.PARKED: Badge("parked", _("Parked")),
    ChangeState.CONFLICT: Badge("conflict", _("In conflict")),
    ChangeState.DROPPED: Badge("not_checked", _("Not needed any more")),
}
_EVENTS: Final[dict[str, Word]] = {
    "read_again": _("Read again"),
    "jira:issue_created": _("Issue created"),
    "jira:issue_updated": _("Issue updated"),
    "jira:issue_deleted": _("Issue deleted"),
    "issuelink_created": _("Link created"),
    "issuelink_deleted": _("Link deleted"),
    "comment_created": _("Comment written"),
    "comment_updated": _("Comment changed"),
    "comment_deleted": _("Comment deleted"),
    "sprint_created": _("Sprint created"),
    "sprint_updated": _("Sprint updated"),
    "sprint_deleted": _("Sprint deleted"),
    "sprint_started": _("Sprint started"),
    "sprint_closed": _("Sprint closed"),
    "jira:version_created": _("Version created"),
    "jira:version_updated": _("Version updated"),
    "jira:version_released": _("Version released"),
    "jira:version_unreleased": _("Version not released any more"),
    "jira:version_deleted": _("Version deleted"),
}
_KINDS: Final[dict[str, Word]] = {
    "create": pgettext_lazy("change", "Created"),
    "edit": pgettext_lazy("change", "Edited"),
    "delete": pgettext_lazy("change", "Deleted"),
    "link": pgettext_lazy("change", "Link drawn"),
    "unlink": pgettext_lazy("change", "Link removed"),
    "comment": pgettext_lazy("change", "Comment"),
}
_STEPS: Final[dict[str, Word]] = {
    "filter": _("Looked at whether it concerns a mapping"),
    "read": _("Read the issue in Jira"),
    "map": _("Looked what it is on the board"),
    "merge": _("Compared both sides"),
    "send": _("Sent to Jira"),
    "look": _("Looked in Jira for what became of it"),
    "settle": _("Settled"),
}
_OUTCOMES: Final[dict[str, Badge]] = {
    "done": Badge("pass", _("Done")),
    "skipped": Badge("not_checked", _("Skipped on purpose")),
    "refused": Badge("fail", _("Refused")),
    "later": Badge("waiting", _("Tried again later")),
    "unknown": Badge("warning", _("Outcome unknown")),
}


def delivery_badge(row: Delivery) -> Badge:
    return _DELIVERY[row.state]


def change_badge(row: Change) -> Badge:
    return _CHANGE[row.state]


def event_word(event: str) -> Word:
    """“Issue updated” for `jira:issue_updated`; Jira's own word where we have none."""
    return _EVENTS.get(event, event.removeprefix("jira:").replace("_", " "))


def change_word(row: Change) -> str:
    """“Edited: Summary, Status”."""
    kind = str(_KINDS[row.kind])
    names = ", ".join(str(field_word(name)) for name in sorted(row.fields))
    return f"{kind}: {names}" if row.kind == "edit" and names else kind


def field_word(name: str) -> Word:
    if name.startswith(CUSTOM):
        return called(name)
    return FIELDS.get(name, name.replace("_", " ").capitalize())


def step_word(step: str) -> str:
    """What a step of the chain was, in plain words. Takes sync.pairs.trace's step names."""
    head, _dot, rest = step.partition(".")
    if head == "change" and rest:
        return _now("On the board: %(what)s") % {"what": str(_KINDS.get(rest, rest)).lower()}
    if step.startswith("delivery "):
        event = str(event_word(step.removeprefix("delivery ")))
        return _now("Jira told us: %(what)s") % {"what": event[:1].lower() + event[1:]}
    return str(_STEPS.get(step, step.replace("_", " ").capitalize()))


def outcome_badge(step: str, outcome: str) -> Badge:
    """The badge of a step's outcome, whichever table's word it is."""
    if step.startswith("change."):
        return _CHANGE.get(outcome) or Badge("unknown", outcome)
    if step.startswith("delivery "):
        return _DELIVERY.get(outcome) or Badge("unknown", outcome)
    return _OUTCOMES.get(outcome) or Badge("unknown", outcome)


def shown_value(value: Any, names: Mapping[str, str] | None = None) -> str:
    """A field's value as text for people; empty for nothing. `names`: of what ids stand for."""
    if value is None or value == "" or value == []:
        return ""
    if isinstance(value, list):
        return ", ".join(str(one) for one in value)
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, dict):
        return str(value.get("name") or value.get("id") or "")
    return (names or {}).get(str(value), str(value))
