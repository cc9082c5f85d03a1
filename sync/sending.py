"""The HTTP of one item's edit: fields, then status, with refused fields set apart. No database here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError, NotFound, PermissionRefused
from jira_client.values import Transition
from sync.core.mapping import Outgoing
from sync.core.values import Rules


@dataclass(slots=True)
class Sent:
    """`accepted` board values are now Jira's; `refused` carry Jira's reason; `failure` ended the try."""

    accepted: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    failure: JiraError | None = None


def send_edit(
    jira: JiraClient, rules: Rules, remote_id: str, values: Mapping[str, Any], out: Outgoing
) -> Sent:
    """Write one item's values but its sprint. Raises nothing: a failure is part of the answer."""
    sent = Sent()
    try:
        _send_fields(jira, rules, remote_id, values, out, sent)
        if out.status is not None:
            _send_status(jira, remote_id, str(values["status"]), out.status, sent)
    except JiraError as error:
        sent.failure = error
    return sent


def _send_fields(
    jira: JiraClient,
    rules: Rules,
    remote_id: str,
    values: Mapping[str, Any],
    out: Outgoing,
    sent: Sent,
) -> None:
    names = {rules.fields[name]: name for name in values if name in rules.fields}
    fields, update = dict(out.fields), dict(out.update)
    while fields or update:
        try:
            jira.issues.edit(remote_id, fields or None, update or None)
        except Invalid as error:
            bad = [name for name in error.field_errors if name in fields or name in update]
            if not bad:
                _refuse_all(names, (*fields, *update), error, sent)
                return
            for name in bad:
                fields.pop(name, None)
                update.pop(name, None)
                sent.refused[names.get(name, name)] = error.field_errors[name]
            continue
        except PermissionRefused as error:
            _refuse_all(names, (*fields, *update), error, sent)
            return
        for name in (*fields, *update):
            if name in names:
                sent.accepted[names[name]] = values[names[name]]
        return


def _refuse_all(
    names: Mapping[str, str], fields: Sequence[str], error: JiraError, sent: Sent
) -> None:
    reason = " ".join(error.messages) or str(error)
    for name in fields:
        sent.refused[names.get(name, name)] = reason


def _send_status(jira: JiraClient, remote_id: str, word: str, status_id: str, sent: Sent) -> None:
    """By the transition that leads to the status, judged by `to.id`; two steps are not guessed."""
    found = jira.issues.transitions(remote_id)
    step = _leading_to(found, status_id, word)
    if step is None:
        names = ", ".join(sorted({one.to.name for one in found})) or "none"
        sent.refused["status"] = (
            f"The workflow has no step to “{word}” from here for this account. Steps offered: {names}."
        )
        return
    lacking = [meta.name for meta in step.fields if meta.required and not meta.has_default]
    if lacking:
        sent.refused["status"] = (
            f"The step to “{word}” asks for {', '.join(lacking)}, which the board does not hold. "
            "Take the step in Jira."
        )
        return
    try:
        jira.issues.transition(remote_id, step.id)
    except (Invalid, PermissionRefused) as error:
        reasons = [*error.messages, *error.field_errors.values()]
        sent.refused["status"] = " ".join(reasons) or str(error)
        return
    sent.accepted["status"] = word


def _leading_to(found: Sequence[Transition], status_id: str, word: str) -> Transition | None:
    by_id = [one for one in found if one.to.id == status_id]
    by_name = [one for one in found if one.to.name == word]
    return next(iter(by_id or by_name), None)


def move_to_sprint(
    jira: JiraClient, sprint: int | None, remote_ids: Sequence[str]
) -> tuple[list[str], dict[str, str]]:
    """Put issues into a sprint, or the backlog (None), 50 a call: those moved, and refusals by id.

    Where Jira refuses a group, each is tried alone, so that one bad issue holds up no other.
    Raises JiraError for what is not a refusal.
    """
    try:
        _move(jira, sprint, remote_ids)
    except (Invalid, PermissionRefused, NotFound) as error:
        if len(remote_ids) == 1:
            return [], {remote_ids[0]: " ".join(error.messages) or str(error)}
        moved: list[str] = []
        refused: dict[str, str] = {}
        for one in remote_ids:
            done, bad = move_to_sprint(jira, sprint, [one])
            moved += done
            refused |= bad
        return moved, refused
    return list(remote_ids), {}


def _move(jira: JiraClient, sprint: int | None, remote_ids: Sequence[str]) -> None:
    if sprint is None:
        jira.sprints.to_backlog(remote_ids)
    else:
        jira.sprints.move(sprint, remote_ids)
