"""A status that no single step leads to: the way there in two steps, where it is unambiguous.

Jira tells the steps of an issue from where it is, and not what follows: so issues of the same type that
are in the statuses between are looked at. Nothing here takes a step.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from jira_client.client import JiraClient
from jira_client.errors import NOT_TOLD
from jira_client.jql import quote
from jira_client.values import FieldMeta, Transition
from sync.core.values import Rules

LOOKED_AT = 3  # issues in a status between


def lacking(step: Transition, given: Mapping[str, Any]) -> list[FieldMeta]:
    """The fields that the step asks for, has no default for, and that the mapping does not give."""
    asked = [meta for meta in step.fields if meta.required]
    return [meta for meta in asked if not meta.has_default and meta.id not in given]


def first_step(
    jira: JiraClient, rules: Rules, kind: str | None, offered: Sequence[Transition], status_id: str
) -> Transition | None:
    """The one of the offered steps from where a step leads to this status; None where there is none,
    where there are several, or where that is not known. Raises JiraError.

    `kind`: the issue's type, by id. A step that asks for something is not taken on the way.
    """
    free = [one for one in offered if not lacking(one, _given(rules, one))]
    leading, unknown = [], []
    for one in free:
        onward = _onward(jira, rules, kind, one.to.id)
        if onward is None:
            unknown.append(one)
        elif any(step.to.id == status_id for step in onward):
            leading.append(one)
    if len(leading) == 1 and not unknown:
        return leading[0]
    if not leading and len(offered) == 1 and unknown:
        return unknown[0]  # whatever comes behind it, every way leads through it
    return None


def _given(rules: Rules, step: Transition) -> Mapping[str, Any]:
    return rules.transition_defaults.get(rules.status_words.get(step.to.id, ""), {})


def _onward(
    jira: JiraClient, rules: Rules, kind: str | None, status_id: str
) -> list[Transition] | None:
    """The steps of an issue of this type that is there; None where no issue is."""
    of_type = f" AND issuetype = {kind}" if kind else ""
    query = f"project = {quote(rules.project_key)} AND status = {status_id}{of_type}"
    try:
        rows = jira.search.page(query, ("id",), limit=LOOKED_AT).issues
    except NOT_TOLD:
        return None
    for row in rows:
        try:
            found = jira.issues.transitions(row.id)
        except NOT_TOLD:
            continue
        if found:
            return found
    return None
