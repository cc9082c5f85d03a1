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
from sync.core.edit_result import EditResult
from sync.core.mapping import Outgoing, words_by_field
from sync.core.values import Rules
from sync.outbound.ways_to_status import Ways
from sync.outbound.ways_to_status import lacking as lacking_fields
from sync.outbox import refusals
from sync.worker.failpoints import point


def send_edit(
    jira: JiraClient,
    rules: Rules,
    remote_id: str,
    values: Mapping[str, Any],
    out: Outgoing,
    kind: str | None = None,
) -> EditResult:
    """Write one item's values but its sprint. No JiraError is raised: it is part of the answer.

    `kind`: the issue's type, by id, where it is known.
    """
    calls = _Calls(jira, rules, remote_id, values, kind)
    failure = None
    try:
        calls.send_fields(out)
        if out.status is not None:
            if calls.accepted:
                point("edit.half_sent")
            calls.send_status(str(values["status"]), out.status)
    except JiraError as problem:
        error = refusals.judged(jira, problem)
        if isinstance(error, PermissionRefused):
            told = set(values) - set(out.unmapped) - {"iteration"}
            calls.refuse(sorted(told - set(calls.accepted) - set(calls.refused)), error)
        else:
            failure = error
    return EditResult(
        accepted=calls.accepted, refused=calls.refused, failure=failure, passed=calls.passed
    )


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


@dataclass(slots=True)
class _Calls:
    """The calls of one edit, one after the other, with what came of those that were made: where one of
    them raises JiraError, it stands. It does not leave `send_edit`.
    """

    jira: JiraClient
    rules: Rules
    remote_id: str
    values: Mapping[str, Any]
    kind: str | None
    accepted: dict[str, Any] = field(default_factory=dict)
    refused: dict[str, str] = field(default_factory=dict)
    passed: dict[str, Any] = field(default_factory=dict)
    names: dict[str, list[str]] = field(init=False)  # Jira's field → the board's for it

    def __post_init__(self) -> None:
        self.names = words_by_field(self.rules, self.values)

    def refuse(self, names: Sequence[str], error: JiraError) -> None:
        """Jira refuses these board fields, for one reason."""
        reasons = [*error.messages, *error.field_errors.values()]
        reason = " ".join(in_words(one) for one in reasons) or str(error)
        self.refused |= dict.fromkeys(names, reason)

    def accept(self, names: Iterable[str]) -> None:
        self.accepted |= {name: self.values[name] for name in names}

    def send_fields(self, out: Outgoing) -> None:
        """Raises JiraError for what is not about these values."""
        fields, update = dict(out.fields), dict(out.update)
        while fields or update:
            try:
                self.jira.issues.edit(self.remote_id, fields or None, update or None)
            except Invalid as error:
                bad = [name for name in error.field_errors if name in fields or name in update]
                if not bad:
                    self._one_by_one(fields, update, error)
                    return
                for name in bad:
                    fields.pop(name, None)
                    update.pop(name, None)
                    reason = in_words(error.field_errors[name])
                    self.refused |= dict.fromkeys(self._words((name,)), reason)
                continue
            except PermissionRefused as error:
                self.refuse(self._words((*fields, *update)), error)
                return
            self.accept(word for name in (*fields, *update) for word in self.names.get(name, ()))
            return

    def _one_by_one(
        self, fields: Mapping[str, Any], update: Mapping[str, Any], error: Invalid
    ) -> None:
        """Jira names no field that it refuses: each goes alone, so that one does not keep back the rest.

        Raises JiraError for what is not about these values.
        """
        every = (*fields, *update)
        if len(every) == 1:
            self.refuse(self._words(every), error)
            return
        for name in every:
            alone = {name: fields[name]} if name in fields else None
            fitting = self._words((name,))
            try:
                self.jira.issues.edit(
                    self.remote_id, alone, None if alone else {name: update[name]}
                )
            except (Invalid, PermissionRefused) as refusal:
                self.refuse(fitting, refusal)
            else:
                self.accept(fitting)

    def _words(self, fields: Iterable[str]) -> list[str]:
        """The board's words for these fields of Jira's."""
        return [word for name in fields for word in self.names.get(name, (name,))]

    def send_status(self, word: str, status_id: str) -> None:
        """By the transition that leads to the status, judged by `to.id`; in two or three steps, where one
        alone does not lead there and the way is unambiguous. Raises JiraError.
        """
        found = self.jira.issues.transitions(self.remote_id)
        ways = Ways(self.jira, self.rules, self.kind, status_id)
        while (step := _leading_to(found, status_id, word)) is None:
            between = ways.first_step(found)
            if between is None or not self._take(between):
                break
            self.passed["status"] = _word_of(self.rules, between)
            ways.been.append(between.to.id)
            found = self.jira.issues.transitions(self.remote_id)
        if step is not None:
            if self._take(step):
                self.accepted["status"] = word
                self.refused.pop("status", None)
            return
        names = ", ".join(sorted({one.to.name for one in found})) or "none"
        where = f" It is in “{self.passed['status']}” now." if self.passed else ""
        self.refused.setdefault(
            "status",
            f"The workflow has no step to “{word}” from here for this account, and no single way of "
            f"two or three steps that ask for nothing.{where} Steps offered: {names}.",
        )

    def _take(self, step: Transition) -> bool:
        """Take this step, with what the mapping gives there; where it cannot be, the reason is noted."""
        word = _word_of(self.rules, step)
        given = self.rules.transition_defaults.get(word, {})
        lacking = [meta.name for meta in lacking_fields(step, given)]
        if lacking:
            self.refused["status"] = (
                f"The step to “{word}” asks for {', '.join(lacking)}, which the board does not hold. "
                "Give the mapping a default for it, or take the step in Jira."
            )
            return False
        fields = {meta.id: spoken(meta, given[meta.id]) for meta in step.fields if meta.id in given}
        try:
            self.jira.issues.transition(self.remote_id, step.id, fields or None)
        except (Invalid, PermissionRefused) as error:
            self.refuse(("status",), error)
            return False
        return True


def _word_of(rules: Rules, step: Transition) -> str:
    return rules.status_words.get(step.to.id) or words.one_line(step.to.name, words.STATUS)


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
