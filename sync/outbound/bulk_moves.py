"""Calls that move many issues at once: fifty a call, and one by one where a group fails.

So one issue that Jira refuses or fails on holds up no other. These calls may be repeated.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError, NotFound, PermissionRefused
from sync.outbound.writes import Edit
from sync.outbox import refusals
from sync.worker.work_slot import Shift

AT_ONCE = 50
Move = Callable[[Sequence[Edit]], dict[str, str]]
_REFUSALS = (Invalid, PermissionRefused, NotFound)


def move(
    jira: JiraClient,
    field: str,
    edits: Sequence[Edit],
    call: Move,
    shift: Shift,
    *,
    backwards: bool = False,
) -> None:
    """Make the call for these edits, and note on each what came of it for `field`.

    `call`: moves some, and answers Jira's reasons for those left behind, by issue id. `backwards`:
    the last ones first, for calls of which each goes before the one made earlier. Raises LeaseLost.
    """
    starts = range(0, len(edits), AT_ONCE)
    for start in reversed(starts) if backwards else starts:
        some = edits[start : start + AT_ONCE]
        if shift.over or any(_down(edit) for edit in edits):
            for edit in some:
                edit.sent.untried = True
        else:
            _move(jira, field, some, call, shift, backwards)


def _down(edit: Edit) -> bool:
    return edit.sent.failure is not None and refusals.of_connection(edit.sent.failure)


def _move(
    jira: JiraClient,
    field: str,
    edits: Sequence[Edit],
    call: Move,
    shift: Shift,
    backwards: bool,
) -> None:
    shift.check()
    try:
        left = call(edits)
    except JiraError as problem:
        error = refusals.judged(jira, problem)
        if len(edits) > 1 and not refusals.of_connection(error):
            for edit in reversed(edits) if backwards else edits:
                _move(jira, field, [edit], call, shift, backwards)
            return
        for edit in edits:
            if isinstance(error, _REFUSALS):
                edit.sent.refused[field] = " ".join(error.messages) or str(error)
            else:
                edit.sent.failure = error
        return
    for edit in edits:
        if edit.plan.shadow.remote_id in left:
            edit.sent.refused[field] = left[edit.plan.shadow.remote_id]
        else:
            edit.sent.accepted[field] = edit.plan.wanted(field)
