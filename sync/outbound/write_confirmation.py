"""Did Jira carry out what it took? A write that is answered with success may still not have happened.

A script, an app or a proxy may answer 204 and do nothing, and a field that Jira does not show proves
nothing. So the read after the write decides: what is not there is sent once more, and then a person is
asked. What was there and has been set back since is somebody's edit, not a failure.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.values import Issue
from planning.history import names_of, words
from sync.core.echo import same
from sync.core.edit_result import EditResult, Results
from sync.core.history import changed_since, newest
from sync.core.mapping import parent_reference, see
from sync.core.values import Rules, Seen
from sync.inbound import reverted_edits
from sync.outbound.edit_plans import EditPlan
from sync.pairs import field_names
from sync.pairs.rules import lookups_for


def confirm(
    connection: Connection,
    jira: JiraClient,
    project: MappedProject,
    rules: Rules,
    issues: Sequence[Issue],
    plans: Sequence[EditPlan],
    results: Results,
) -> Results:
    """The results as the read after the writes confirms them: what it does not show is not accepted.

    `issues`: read after these plans were written, with their history. Raises JiraError.
    """
    read = {issue.id: issue for issue in issues}
    lookups = lookups_for(project, [parent_reference(rules, issue) for issue in issues])
    names = functools.cache(lambda: field_names.in_changes(connection, jira))
    confirmed = dict(results)
    for plan in plans:
        issue = read.get(plan.shadow.remote_id)
        if issue is None:
            continue  # gone since: whoever looks for absent issues finds out
        seen, result = see(rules, lookups, issue), results[plan.item_id]
        doubts = _doubts(seen, plan, result)
        back = {
            name: who
            for name in doubts
            if name in seen.values and (who := _who_set_back(rules, plan, issue, name, names))
        }
        lost = {name: why for name, why in doubts.items() if name not in back}
        accepted = {name: value for name, value in result.accepted.items() if name not in lost}
        confirmed[plan.item_id] = replace(
            result, accepted=accepted, unconfirmed=lost, set_back=back
        )
    return confirmed


def _who_set_back(
    rules: Rules,
    plan: EditPlan,
    issue: Issue,
    name: str,
    names: Callable[[], Mapping[str, str]],
) -> str:
    """Who changed the field since it was read: then it was carried out, and set back. Empty where nobody
    did. `names`: asks for what fields are called in changelogs, raises JiraError.
    """
    mine = rules.of_type(plan.shadow.item.type)
    known = names()
    if plan.since is None or not changed_since(mine, issue.history, known, name, plan.since):
        return ""
    last = newest(mine, issue.history, known, name)
    return (last and (last.author_name or last.author_id)) or reverted_edits.SOMEBODY


def _doubts(seen: Seen, plan: EditPlan, result: EditResult) -> dict[str, str]:
    """The accepted fields whose value is not taken for Jira's, each with the reason; not those of which
    Jira holds another value.
    """
    found = {}
    for name, ours in result.accepted.items():
        if name == "rank":
            continue  # told by its neighbours and never compared
        if name in seen.untold:
            found[name] = "Jira took it without a word, but does not show the field on this issue."
        elif name in seen.values:
            now = seen.values[name]
            if not same(name, now, ours) and same(name, now, plan.before.get(name)):
                found[name] = f"Jira answered that it took it, but still holds {_shown(name, now)}."
    return found


def _shown(name: str, value: Any) -> str:
    """Iterations, parents and teams by what they are called."""
    if value in (None, "", []):
        return "nothing there"
    return f"“{words(value, names_of([(name, value)]))[:80]}”"
