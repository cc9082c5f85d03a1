"""The HTTP of one item's edit: fields, then status, with refused fields set apart. No database here."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError, PermissionRefused
from jira_client.values import FieldMeta, Transition
from sync.core import words
from sync.core.mapping import Outgoing
from sync.core.values import Rules
from sync.outbound import two_step_transitions
from sync.outbox import refusals
from sync.worker.failpoints import point


@dataclass(slots=True)
class Sent:
    """What came of one item's edit.

    `accepted` board values are now Jira's; `refused` carry Jira's reason; `failure` ended the try;
    `fault` is ours. `untried`: there was no time left, or the connection failed on another item.
    `passed`: board values that are Jira's for the moment, on the way to what is to be reached.
    """

    accepted: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    failure: JiraError | None = None
    fault: Exception | None = None
    untried: bool = False
    passed: dict[str, Any] = field(default_factory=dict)


def send_edit(
    jira: JiraClient,
    rules: Rules,
    remote_id: str,
    values: Mapping[str, Any],
    out: Outgoing,
    kind: str | None = None,
) -> Sent:
    """Write one item's values but its sprint. No JiraError is raised: it is part of the answer.

    `kind`: the issue's type, by id, where it is known.
    """
    sent = Sent()
    try:
        _send_fields(jira, rules, remote_id, values, out, sent)
        if out.status is not None:
            if sent.accepted:
                point("edit.half_sent")
            word = str(values["status"])
            _send_status(jira, rules, remote_id, word, out.status, sent, kind)
    except JiraError as problem:
        error = refusals.judged(jira, problem)
        if isinstance(error, PermissionRefused):
            told = set(values) - set(out.unmapped) - {"iteration"}
            refuse(sent, sorted(told - set(sent.accepted) - set(sent.refused)), error)
        else:
            sent.failure = error
    return sent


# Codes that Jira gives in the place of a sentence.
_CODES: Final = {
    "CONTENT_LIMIT_EXCEEDED": "The text is longer than Jira takes (32,767 characters, unless a Jira "
    "admin has set another limit). Shorten it.",
    "CHARACTER_LIMIT_EXCEEDED": "The text is longer than Jira takes. Shorten it.",
}
_CODE: Final = re.compile(r"[A-Z][A-Z0-9]*(_[A-Z0-9]+)+")


def in_words(reason: str) -> str:
    """Jira's reason as a sentence, where it is a bare code."""
    if reason in _CODES:
        return f"{_CODES[reason]} (Jira says {reason}.)"
    if _CODE.fullmatch(reason):
        return f"Jira refused it with the code {reason} alone, and gives no words for it."
    return reason


def refuse(sent: Sent, names: Sequence[str], error: JiraError) -> None:
    """Jira refuses these board fields, for one reason."""
    reasons = [*error.messages, *error.field_errors.values()]
    reason = " ".join(in_words(one) for one in reasons) or str(error)
    for name in names:
        sent.refused[name] = reason


def _send_fields(
    jira: JiraClient,
    rules: Rules,
    remote_id: str,
    values: Mapping[str, Any],
    out: Outgoing,
    sent: Sent,
) -> None:
    names: dict[str, list[str]] = {}  # a label may say the team as well
    for name in values:
        if name in rules.fields:
            names.setdefault(rules.fields[name], []).append(name)
    fields, update = dict(out.fields), dict(out.update)
    while fields or update:
        try:
            jira.issues.edit(remote_id, fields or None, update or None)
        except Invalid as error:
            bad = [name for name in error.field_errors if name in fields or name in update]
            if not bad:
                _one_by_one(jira, remote_id, values, names, (fields, update), error, sent)
                return
            for name in bad:
                fields.pop(name, None)
                update.pop(name, None)
                reason = in_words(error.field_errors[name])
                sent.refused |= dict.fromkeys(_words(names, (name,)), reason)
            continue
        except PermissionRefused as error:
            refuse(sent, _words(names, (*fields, *update)), error)
            return
        for name in (*fields, *update):
            sent.accepted |= {word: values[word] for word in names.get(name, ())}
        return


def _one_by_one(
    jira: JiraClient,
    remote_id: str,
    values: Mapping[str, Any],
    names: Mapping[str, Sequence[str]],
    body: tuple[Mapping[str, Any], Mapping[str, Any]],
    error: Invalid,
    sent: Sent,
) -> None:
    """Jira names no field that it refuses: each goes alone, so that one does not keep back the rest.

    Raises JiraError for what is not about these values.
    """
    fields, update = body
    every = (*fields, *update)
    if len(every) == 1:
        refuse(sent, _words(names, every), error)
        return
    for name in every:
        alone = {name: fields[name]} if name in fields else None
        fitting = _words(names, (name,))
        try:
            jira.issues.edit(remote_id, alone, None if alone else {name: update[name]})
        except (Invalid, PermissionRefused) as refusal:
            refuse(sent, fitting, refusal)
        else:
            sent.accepted |= {word: values[word] for word in fitting}


def _words(names: Mapping[str, Sequence[str]], fields: Iterable[str]) -> list[str]:
    """The board's words for these fields of Jira's."""
    return [word for name in fields for word in names.get(name, (name,))]


def _send_status(
    jira: JiraClient,
    rules: Rules,
    remote_id: str,
    word: str,
    status_id: str,
    sent: Sent,
    kind: str | None,
) -> None:
    """By the transition that leads to the status, judged by `to.id`; in two steps, where one alone does
    not lead there and the way is unambiguous. Raises JiraError.
    """
    found = jira.issues.transitions(remote_id)
    if _leading_to(found, status_id, word) is None:
        between = two_step_transitions.first_step(jira, rules, kind, found, status_id)
        if between is not None and _take(jira, rules, remote_id, between, sent):
            sent.passed["status"] = _word_of(rules, between)
            found = jira.issues.transitions(remote_id)
    step = _leading_to(found, status_id, word)
    if step is not None:
        if _take(jira, rules, remote_id, step, sent):
            sent.accepted["status"] = word
            sent.refused.pop("status", None)
        return
    names = ", ".join(sorted({one.to.name for one in found})) or "none"
    where = f" It is in “{sent.passed['status']}” now." if sent.passed else ""
    sent.refused.setdefault(
        "status",
        f"The workflow has no step to “{word}” from here for this account, and no single way of two "
        f"steps that ask for nothing.{where} Steps offered: {names}.",
    )


def _word_of(rules: Rules, step: Transition) -> str:
    return rules.status_words.get(step.to.id) or words.one_line(step.to.name, words.STATUS)


def _take(jira: JiraClient, rules: Rules, remote_id: str, step: Transition, sent: Sent) -> bool:
    """Take this step, with what the mapping gives there; where it cannot be, the reason is noted."""
    word = _word_of(rules, step)
    given = rules.transition_defaults.get(word, {})
    lacking = [meta.name for meta in two_step_transitions.lacking(step, given)]
    if lacking:
        sent.refused["status"] = (
            f"The step to “{word}” asks for {', '.join(lacking)}, which the board does not hold. "
            "Give the mapping a default for it, or take the step in Jira."
        )
        return False
    fields = {meta.id: spoken(meta, given[meta.id]) for meta in step.fields if meta.id in given}
    try:
        jira.issues.transition(remote_id, step.id, fields or None)
    except (Invalid, PermissionRefused) as error:
        refuse(sent, ("status",), error)
        return False
    return True


def _leading_to(found: Sequence[Transition], status_id: str, word: str) -> Transition | None:
    by_id = [one for one in found if one.to.id == status_id]
    by_name = [one for one in found if one.to.name == word]
    return next(iter(by_id or by_name), None)


def spoken(meta: FieldMeta, value: Any) -> Any:
    """A default given as a plain word, in the form in which Jira takes it for this kind of field."""
    if isinstance(value, list):
        return [_as_one(meta.schema_items, one) for one in value]
    if meta.schema_type == "array" and isinstance(value, str):
        return [_as_one(meta.schema_items, value)]
    return _as_one(meta.schema_type, value)


def _as_one(kind: str | None, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if kind == "number":
        return _number(value)
    if kind in ("resolution", "priority", "version", "component"):
        return {"name": value}
    return {"value": value} if kind == "option" else value


def _number(text: str) -> Any:
    try:
        return float(text)
    except ValueError:
        return text  # Jira says what is wrong with it
