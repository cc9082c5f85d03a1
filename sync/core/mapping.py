"""Between Jira's words and the board's. The one place outside jira_client that knows Jira's fields.

JSON's objects are asked for as `dict`: asking for a Mapping took a twentieth of an import.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jira_client.parse import attachments, comments, issue_links, sprints_in
from jira_client.values import Issue, Sprint
from sync.core import kinds, words
from sync.core.echo import all_normal
from sync.core.values import (
    ABSENT,
    DATES,
    DOCUMENT,
    EPIC_LINK,
    ESTIMATES,
    FLAG,
    NAMES,
    PARENT,
    TIME_TRACKING,
    Lookups,
    Rules,
    Seen,
    SeenLink,
)

OPERATION_PROPERTY = "almconnect"
UNKNOWN_PARENT = "parent_key"  # in Seen.refs: the key of a parent that the board lacks
_CATEGORIES = ("new", "indeterminate", "done", "undefined")  # Jira's own; nobody can add any
_OPEN, _CLOSED = ("active", "future"), "closed"
_TEXTS = ("summary", "description")
_APART = frozenset(
    {"status", "iteration", "parent", "team"}
)  # fields that `see` reads by themselves


@dataclass(frozen=True, slots=True)
class Outgoing:
    """What a set of board values means to Jira.

    `fields` and `update` belong in the issue's body; `status` is the status id to reach by a
    transition; `sprint` is (True, id) to move, (True, None) for the backlog, (False, None) to leave.
    `unmapped` names board fields that have no Jira field here: they stay on the board.
    """

    fields: Mapping[str, Any] = field(default_factory=dict)
    update: Mapping[str, Any] = field(default_factory=dict)
    status: str | None = None
    sprint: tuple[bool, int | None] = (False, None)
    unmapped: tuple[str, ...] = ()

    @property
    def in_issue(self) -> bool:
        """Whether there is anything to say but the sprint: by an edit or a transition of the issue."""
        return bool(self.fields or self.update or self.status is not None)


def see(rules: Rules, lookups: Lookups, issue: Issue) -> Seen:
    """What one read of an issue says, in the board's words. Fields Jira left out are left out."""
    fields = issue.fields
    kind = _kind(rules, issue)
    rules = rules.of_type(kind)
    values: dict[str, Any] = {}
    told: dict[str, Any] = {}
    refs: dict[str, Any] = {}
    if "status" in fields:
        values["status"] = _status(rules, fields["status"])
    for name, field_id in rules.fields.items():
        if name in _APART or field_id not in fields:
            continue
        raw = fields[field_id]
        if isinstance(raw, dict) and _is_text(rules, name):
            continue  # rich text as a document: not understood, so nothing is made of it
        if name in rules.kinds:
            raw = kinds.read(rules.kinds[name], raw)
        elif isinstance(raw, dict):
            raw = _plain(name, raw)
        elif name in NAMES:
            raw = [one.get("name") for one in raw or () if isinstance(one, dict)]
        told[name] = raw
    values |= all_normal(told)
    if (among := rules.team.among) in values:
        values[among] = rules.team.others(among, values[among])
    unknown = _see_team(rules, fields, values)
    if "iteration" in rules.fields and rules.fields["iteration"] in fields:
        sprint = _sprint(fields[rules.fields["iteration"]], _is_done(fields))
        refs["sprint"] = sprint.id if sprint else None
        values["iteration"] = lookups.iterations.get(refs["sprint"] or 0)
        if rules.team.by_board and sprint and (team := rules.team.on_board(sprint.board_id)):
            values["team"] = team
    if "parent" in rules.fields and _tells_parent(rules, fields):
        _see_parent(lookups, fields.get(rules.fields["parent"]), values, refs)
    return Seen(
        remote_id=issue.id,
        remote_key=issue.key,
        type=kind,
        values=values,
        refs=refs,
        names=_names(rules, fields),
        links=_links(issue),
        operation=operation_of(issue),
        unknown=unknown,
        untold=_untold(rules, fields),
        comments=comments(issue) if rules.comments else None,
        attachments=attachments(issue) if rules.attachments else None,
    )


def operation_of(issue: Issue) -> str:
    """The mark of our own create that the issue carries; empty where it has none, or was not asked."""
    mark = issue.properties.get(OPERATION_PROPERTY)
    return str(mark.get("operation", "")) if isinstance(mark, dict) else ""


def _untold(rules: Rules, fields: Mapping[str, Any]) -> dict[str, str]:
    """The mapped fields of which this read says nothing. A field that has no context for an issue's
    project and type is left out by Jira, and so is one that the account must not see.
    """
    found: dict[str, str] = {}
    for name, remote in rules.compared.items():
        if name == "parent" and _tells_parent(rules, fields):
            continue
        if remote not in fields:
            found[name] = ABSENT
        elif _is_text(rules, name) and isinstance(fields[remote], dict):
            found[name] = DOCUMENT
    return found


def _see_team(rules: Rules, fields: Mapping[str, Any], values: dict[str, Any]) -> dict[str, str]:
    """A value that stands for no team is told, and merged with nothing: the board's team stays."""
    if "team" not in rules.fields or rules.fields["team"] not in fields or rules.team.by_board:
        return {}
    team, strange = rules.team.read(fields[rules.fields["team"]])
    if strange:
        return {"team": strange}
    values["team"] = team
    return {}


def _kind(rules: Rules, issue: Issue) -> str | None:
    return rules.type_words.get(str((issue.fields.get("issuetype") or {}).get("id", "")))


def _tells_parent(rules: Rules, fields: Mapping[str, Any]) -> bool:
    """Jira leaves `parent` out where there is none: an issue that was read whole then names nobody."""
    name = rules.fields["parent"]
    return name in fields or (name == PARENT and "issuetype" in fields)


def _see_parent(lookups: Lookups, raw: Any, values: dict[str, Any], refs: dict[str, Any]) -> None:
    """A parent that the board lacks is kept in mind, so that it can be found later, and be told."""
    refs["parent"] = _parent(raw)
    values["parent"] = lookups.items.get(refs["parent"]) if refs["parent"] else None
    if refs["parent"] and values["parent"] is None:
        refs[UNKNOWN_PARENT] = str(raw.get("key") if isinstance(raw, dict) else raw)


def parent_reference(rules: Rules, issue: Issue) -> str:
    """The parent an issue names, by id or key; empty where there is none or none is mapped."""
    rules = rules.of_type(_kind(rules, issue))
    return _parent(issue.fields.get(rules.fields.get("parent", "")))


def say(
    rules: Rules,
    values: Mapping[str, Any],
    *,
    sprints: Mapping[str, int],
    parents: Mapping[str, tuple[str, str]],
) -> Outgoing:
    """What Jira should be told. `sprints`: iteration id → the sprint of the item's team; `parents`:
    item id → (issue id, key). A reference Jira does not know yet counts as unmapped.
    """
    body: dict[str, Any] = {}
    update: dict[str, Any] = {}
    unmapped: list[str] = []
    status: str | None = None
    sprint: tuple[bool, int | None] = (False, None)
    for name, value in values.items():
        if name == "status":
            status = rules.statuses.get(str(value))
            if status is None:
                unmapped.append(name)
        elif name not in rules.fields:
            unmapped.append(name)
        elif name == "team":
            if value and value not in rules.team.values:
                unmapped.append(name)
            elif rules.team.by_board and sprints.get(values.get("iteration") or "") is None:
                unmapped.append(name)  # its sprint would say it, and the item is in none
        elif name == "iteration":
            sprint = (True, sprints.get(value) if value else None)
            if value and sprint[1] is None:
                unmapped.append(name)
                sprint = (False, None)
        elif name == "parent":
            if value and value not in parents:
                unmapped.append(name)
            else:
                _say_parent(rules, value, parents, body, update)
        elif name in ESTIMATES:
            body.setdefault(TIME_TRACKING, {})[ESTIMATES[name]] = _minutes(value)
        else:
            body[rules.fields[name]] = _spoken(rules, name, value)
    if "team" in values and "team" not in unmapped and not rules.team.by_board:
        # Last: its label goes with the others.
        rules.team.say(values["team"], body, update)
    return Outgoing(body, update, status, sprint, tuple(unmapped))


def _say_parent(
    rules: Rules,
    value: Any,
    parents: Mapping[str, tuple[str, str]],
    body: dict[str, Any],
    update: dict[str, Any],
) -> None:
    known = parents[value] if value else None
    if rules.parent_style == EPIC_LINK:
        body[rules.fields["parent"]] = known[1] if known else None
    elif known:
        body["parent"] = {"key": known[1]}
    else:
        update["parent"] = [{"set": {"none": True}}]


def _spoken(rules: Rules, name: str, value: Any) -> Any:
    if name in {"assignee", "reporter"}:
        return {rules.person_key: value} if value else None
    if name == "priority":
        return {"name": value} if value else None
    if name in rules.kinds:
        return kinds.spoken(rules.kinds[name], value, rules.person_key)
    if name in NAMES:
        return [{"name": one} for one in value or ()]
    if name == FLAG:
        return [{"value": rules.flag}] if value else None
    if name == "description" or name in DATES:
        return value or None
    return value


def _minutes(seconds: int | None) -> str:
    """An estimate as Jira takes it. In minutes, since a day's hours are a setting of each Jira.

    Source: https://developer.atlassian.com/server/jira/platform/jira-rest-api-examples/
    """
    return f"{seconds // 60}m" if seconds is not None else ""


def written_in(rules: Rules, name: str) -> str | None:
    """The field of an issue's body in which a board field is written; None where it is not mapped."""
    return TIME_TRACKING if name in ESTIMATES and name in rules.fields else rules.fields.get(name)


def words_by_field(rules: Rules, names: Iterable[str]) -> dict[str, list[str]]:
    """The field of an issue's body → those of these board fields that are written in it: both estimates in
    one, and a label may say the team as well. What is not mapped is left out.
    """
    found: dict[str, list[str]] = {}
    for name in names:
        if remote := written_in(rules, name):
            found.setdefault(remote, []).append(name)
    return found


def _is_text(rules: Rules, name: str) -> bool:
    return name in _TEXTS or rules.kinds.get(name) in kinds.TEXTS


def _plain(name: str, value: Mapping[str, Any]) -> Any:
    """Jira's JSON object for a field as the plain value the board keeps."""
    if name in ("assignee", "reporter"):
        return value.get("accountId") or value.get("name") or value.get("key")
    return value.get("name") or value.get("value") or value.get("id")


def _status(rules: Rules, value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    own = rules.status_words.get(str(value.get("id", "")))
    return own or words.one_line(value.get("name"), words.STATUS)


def _sprint(value: Any, done: bool) -> Sprint | None:
    """The sprint an issue is in: of several, the open one that comes last. Without one, what is done
    belongs to the sprint in which it was done, the last that was closed; what is not done was carried
    over, and its closed sprints are history.
    """
    if not value:
        return None
    found = sprints_in(value)
    opened = [sprint for sprint in found if sprint.state in _OPEN]
    if opened or not done:
        return max(opened, key=lambda sprint: sprint.id, default=None)
    closed = [sprint for sprint in found if sprint.state == _CLOSED]
    return max(closed, key=_closing, default=None)


def _closing(sprint: Sprint) -> tuple[float, int]:
    ended = sprint.complete or sprint.end
    return (ended.timestamp() if ended else 0.0, sprint.id)


def _is_done(fields: Mapping[str, Any]) -> bool:
    status = fields.get("status")
    category = status.get("statusCategory") if isinstance(status, dict) else None
    return isinstance(category, dict) and category.get("key") == "done"


def _parent(value: Any) -> str:
    """The parent's id or, for an Epic Link, its key."""
    if isinstance(value, dict):
        return str(value.get("id") or value.get("key") or "")
    return str(value or "")


def _names(rules: Rules, fields: Mapping[str, Any]) -> dict[str, str]:
    names: dict[str, str] = {}
    own = (name for name, kind in rules.kinds.items() if kind == kinds.PERSON)
    for name in ("assignee", "reporter", *own):
        person = fields.get(rules.fields.get(name, ""))
        names[name] = str(person.get("displayName") or "") if isinstance(person, dict) else ""
    status = fields.get("status")
    category = status.get("statusCategory") if isinstance(status, dict) else None
    if isinstance(category, dict):
        key = str(category.get("key"))
        names["category"] = key if key in _CATEGORIES else "new"
    project = fields.get("project")
    if isinstance(project, dict):
        names["project"] = str(project.get("id") or "")
    kind = fields.get("issuetype")
    if isinstance(kind, dict):
        names["type"] = str(kind.get("name") or "")
    return names


def _links(issue: Issue) -> tuple[SeenLink, ...]:
    """All of them: one that has no word any more is still there, so the board's is not erased."""
    if not issue.fields.get("issuelinks"):
        return ()
    return tuple(
        SeenLink(link.id, link.type.id, link.type.name, link.source_id, link.target_id)
        for link in issue_links(issue)
    )
