"""Did Jira carry out what it took? A write that is answered with success may still not have happened.

A script, an app or a proxy may answer 204 and do nothing, and a field that Jira does not show proves
nothing. So the read after the write decides: what is not there is sent once more, and then a person is
asked. What was there and has been set back since is somebody's edit, not a failure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from connections.models import Connection, MappedProject
from jira_client.client import JiraClient
from jira_client.values import Issue
from planning.history import names_of, words
from sync.core.echo import same
from sync.core.history import changed_since, newest
from sync.core.mapping import parent_reference, see
from sync.core.values import Rules, Seen
from sync.inbound import reverted_edits
from sync.outbound.writes import Edit
from sync.pairs import changelog
from sync.pairs.rules import lookups_for

UNCONFIRMED: Final = "not_carried_out"  # Change.code of what is sent once more
AGAIN: Final = 5.0  # seconds until then


def confirm(
    connection: Connection,
    jira: JiraClient,
    project: MappedProject,
    rules: Rules,
    issues: Sequence[Issue],
    edits: Sequence[Edit],
) -> None:
    """Take back from `accepted` what the read after the write does not show; note it as unconfirmed.

    `issues`: read after the writes, with their history. Raises JiraError.
    """
    read = {issue.id: issue for issue in issues}
    lookups = lookups_for(project, [parent_reference(rules, issue) for issue in issues])
    names: Mapping[str, str] | None = None
    for edit in edits:
        issue = read.get(edit.plan.shadow.remote_id)
        if issue is None:
            continue  # gone since: whoever looks for absent issues finds out
        seen = see(rules, lookups, issue)
        for name in [one for one in edit.sent.accepted if one != "rank"]:
            why = _doubt(seen, edit, name)
            if why and name in seen.values:
                names = changelog.names_of(connection, jira) if names is None else names
                mine = rules.of_type(edit.plan.shadow.item.type)
                if edit.plan.since and changed_since(
                    mine, issue.history, names, name, edit.plan.since
                ):
                    # It was carried out, and set back by somebody.
                    last = newest(mine, issue.history, names, name)
                    author = (last.author_name or last.author_id) if last else None
                    edit.set_back[name] = author or reverted_edits.SOMEBODY
                    continue
            if why:
                del edit.sent.accepted[name]
                edit.unconfirmed[name] = why


def _doubt(seen: Seen, edit: Edit, name: str) -> str:
    """Why this value is not taken for Jira's; empty where it is, or where Jira holds another one."""
    if name in seen.untold:
        return "Jira took it without a word, but does not show the field on this issue."
    if name not in seen.values:
        return ""
    now, ours = seen.values[name], edit.sent.accepted[name]
    if same(name, now, ours) or not same(name, now, edit.plan.before.get(name)):
        return ""
    return f"Jira answered that it took it, but still holds {_shown(name, now)}."


def _shown(name: str, value: Any) -> str:
    """Iterations, parents and teams by what they are called."""
    if value in (None, "", []):
        return "nothing there"
    return f"“{words(value, names_of([(name, value)]))[:80]}”"
