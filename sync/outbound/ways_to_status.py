"""A status that no single step leads to: the way there in two or three steps, where it is unambiguous.

Jira tells the steps of an issue from where it is, and not what follows: so issues of the same type that
are in the statuses between are looked at. Nothing here takes a step.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from jira_client.client import JiraClient
from jira_client.errors import NOT_TOLD
from jira_client.jql import quote
from jira_client.values import FieldMeta, Transition
from sync.core.values import Rules

MOST_STEPS: Final = 3
LOOKED_AT: Final = 3  # issues in a status between


def lacking(step: Transition, given: Mapping[str, Any]) -> list[FieldMeta]:
    """The fields that the step asks for, has no default for, and that the mapping does not give."""
    asked = [meta for meta in step.fields if meta.required]
    return [meta for meta in asked if not meta.has_default and meta.id not in given]


@dataclass(slots=True)
class Ways:
    """The ways of one issue of this type to a status. `been`: ids of the statuses on the way so far."""

    jira: JiraClient
    rules: Rules
    kind: str | None  # the issue's type, by id
    status_id: str
    been: list[str] = field(default_factory=list)
    _onward: dict[str, list[Transition] | None] = field(default_factory=dict)

    def first_step(self, offered: Sequence[Transition]) -> Transition | None:
        """The one of the offered steps that begins the only shortest way there; None where there is none,
        where there are several, or where that is not known. Raises JiraError.

        A step that asks for something that the mapping does not give is not taken.
        """
        left = MOST_STEPS - len(self.been)
        free = self._free(offered, self.been)
        if left < 2 or not free:
            return None
        known = {one.id: self._from(one.to.id) for one in free}
        if not self.been and len(offered) == 1 and known[free[0].id] is None:
            return free[0]  # whatever comes behind it, every way leads through it
        if None in known.values():
            return None
        there = [one for one in free if self._leads(known[one.id])]
        if there or left < 3:
            return there[0] if len(there) == 1 else None
        return self._by_three(free, known)

    def _by_three(
        self, free: Sequence[Transition], known: Mapping[str, list[Transition] | None]
    ) -> Transition | None:
        near = {*self.been, *(one.to.id for one in free)}
        found = []
        for one in free:
            for then in self._free(known[one.id] or (), near):
                onward = self._from(then.to.id)
                if onward is None:
                    return None
                if self._leads(onward):
                    found.append(one)
        return found[0] if len(found) == 1 else None

    def _free(self, steps: Iterable[Transition], been: Collection[str]) -> list[Transition]:
        return [one for one in steps if one.to.id not in been and not self._asks(one)]

    def _leads(self, steps: Iterable[Transition] | None) -> bool:
        return any(one.to.id == self.status_id and not self._asks(one) for one in steps or ())

    def _asks(self, step: Transition) -> bool:
        word = self.rules.status_words.get(step.to.id, "")
        return bool(lacking(step, self.rules.transition_defaults.get(word, {})))

    def _from(self, status_id: str) -> list[Transition] | None:
        """The steps of an issue of this type that is there; None where no issue is."""
        if status_id not in self._onward:
            self._onward[status_id] = self._asked(status_id)
        return self._onward[status_id]

    def _asked(self, status_id: str) -> list[Transition] | None:
        of_type = f" AND issuetype = {self.kind}" if self.kind else ""
        query = f"project = {quote(self.rules.project_key)} AND status = {status_id}{of_type}"
        try:
            rows = self.jira.search.page(query, ("id",), limit=LOOKED_AT).issues
        except NOT_TOLD:
            return None
        for row in rows:
            try:
                found = self.jira.issues.transitions(row.id)
            except NOT_TOLD:
                continue
            if found:
                return found
        return None
