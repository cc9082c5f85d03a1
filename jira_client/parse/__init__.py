"""Jira's JSON into values, tolerant of what old and new instances leave out or write otherwise.

A part that is needed and missing raises NotJira: then the answer is not what we asked for. It must
not do I/O. Sprints have their own module, `parse_sprint`.
"""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from jira_client.errors import NotJira
from jira_client.values import (
    Board,
    BoardColumn,
    BoardConfiguration,
    Deployment,
    FieldInfo,
    FieldMeta,
    History,
    HistoryItem,
    Issue,
    IssueLink,
    IssueType,
    LinkType,
    Person,
    Project,
    ServerInfo,
    Status,
    Transition,
)


def mapping(value: Any) -> Mapping[str, Any]:
    """A JSON object. Raises NotJira for anything else."""
    if not isinstance(value, Mapping):
        raise NotJira("Jira's answer has another shape than expected. Is this address a Jira?")
    return value


def rows(value: Any) -> list[Mapping[str, Any]]:
    """The objects of a JSON array. Raises NotJira where it is no array."""
    if not isinstance(value, list):
        raise NotJira("Jira's answer has another shape than expected. Is this address a Jira?")
    return [row for row in value if isinstance(row, Mapping)]


def text(value: Any) -> str:
    """A string; numbers are written out, null is empty."""
    return "" if value is None else str(value)


def whole(value: Any) -> int | None:
    """A whole number, or None."""
    try:
        return int(value)
    except (TypeError, ValueError):
        return None


def moment(value: Any) -> datetime | None:
    """An aware moment in UTC from Jira's ways to write one, or None."""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return datetime.fromtimestamp(value / 1000, UTC)
    if not isinstance(value, str) or not value or value in ("<null>", "null"):
        return None
    try:
        read = datetime.fromisoformat(value)
    except ValueError:
        return None
    return read.astimezone(UTC) if read.tzinfo else read.replace(tzinfo=UTC)


def server_info(value: Any, date_header: datetime | None = None) -> ServerInfo:
    """From `/serverInfo`. Raises NotJira where it tells neither version nor base URL."""
    info = mapping(value)
    if not info.get("baseUrl") and not info.get("version"):
        raise NotJira("The address answers, but not as Jira does. Check the Instance URL.")
    base_url = text(info.get("baseUrl")).rstrip("/")
    numbers = info.get("versionNumbers")
    found = [whole(part) for part in numbers] if isinstance(numbers, list) else []
    deployment = (
        Deployment.CLOUD
        if text(info.get("deploymentType")).lower() == "cloud"
        else Deployment.DATA_CENTER
    )
    return ServerInfo(
        base_url=base_url,
        version=text(info.get("version")),
        version_numbers=tuple(part for part in found if part is not None),
        deployment=deployment,
        build_number=whole(info.get("buildNumber")),
        server_time=moment(info.get("serverTime")),
        title=text(info.get("serverTitle")),
        date_header=date_header,
    )


def person(value: Any) -> Person:
    """A user of either deployment."""
    user = mapping(value)
    username = user.get("name")
    return Person(
        id=text(user.get("accountId") or username or user.get("key")),
        name=text(user.get("displayName") or username),
        email=user.get("emailAddress") or None,
        active=bool(user.get("active", True)),
        time_zone=user.get("timeZone") or None,
        username=username or None,
    )


def project(value: Mapping[str, Any]) -> Project:
    """A project, from a list or alone."""
    return Project(
        id=text(value.get("id")),
        key=text(value.get("key")),
        name=text(value.get("name")),
        archived=bool(value.get("archived", False)),
        style=text(value.get("style")),
    )


def issue_type(value: Mapping[str, Any]) -> IssueType:
    """An issue type."""
    return IssueType(
        id=text(value.get("id")),
        name=text(value.get("name")),
        subtask=bool(value.get("subtask", False)),
        hierarchy_level=whole(value.get("hierarchyLevel")),
    )


def status(value: Mapping[str, Any]) -> Status:
    """A status; webhook bodies and old instances may leave the category out."""
    category = value.get("statusCategory")
    key = category.get("key") if isinstance(category, Mapping) else ""
    return Status(id=text(value.get("id")), name=text(value.get("name")), category=text(key))


def field_info(value: Mapping[str, Any]) -> FieldInfo:
    """A field of the instance."""
    schema = _schema(value)
    return FieldInfo(
        id=text(value.get("id") or value.get("key")),
        name=text(value.get("name")),
        custom=bool(value.get("custom", False)),
        schema_type=schema.get("type"),
        schema_items=schema.get("items"),
        schema_custom=schema.get("custom"),
    )


def field_meta(value: Mapping[str, Any], key: str = "") -> FieldMeta:
    """A field of a screen; old instances name it by the key of their object only."""
    schema = _schema(value)
    return FieldMeta(
        id=text(value.get("fieldId") or value.get("key") or key),
        name=text(value.get("name")),
        required=bool(value.get("required", False)),
        has_default=bool(value.get("hasDefaultValue", False)),
        schema_type=schema.get("type"),
        schema_items=schema.get("items"),
        schema_custom=schema.get("custom"),
        operations=tuple(text(item) for item in value.get("operations") or ()),
        allowed=tuple(value.get("allowedValues") or ()),
    )


def field_metas(value: Any) -> tuple[FieldMeta, ...]:
    """Fields of a screen, from an object by id or an array."""
    if isinstance(value, Mapping):
        return tuple(field_meta(mapping(meta), key) for key, meta in value.items())
    return tuple(field_meta(meta) for meta in rows(value or []))


def issue(value: Mapping[str, Any]) -> Issue:
    """An issue with whatever fields came."""
    fields = value.get("fields")
    fields = fields if isinstance(fields, Mapping) else {}
    properties = value.get("properties")
    log = value.get("changelog")
    return Issue(
        id=text(value.get("id")),
        key=text(value.get("key")),
        fields=fields,
        updated=moment(fields.get("updated")),
        properties=properties if isinstance(properties, Mapping) else {},
        history=in_order(log.get("histories")) if isinstance(log, Mapping) else (),
    )


def in_order(histories: Any) -> tuple[History, ...]:
    """The changes of an issue, oldest first; Cloud tells them from the newest on."""
    found = [history(row) for row in rows(histories or [])]
    return tuple(
        sorted(found, key=lambda one: (one.created is not None, one.created, _number(one)))
    )


def _number(change: History) -> int:
    return int(change.id) if change.id.isdigit() else 0


def issues(values: Iterable[Any]) -> tuple[Issue, ...]:
    """Several issues."""
    return tuple(issue(mapping(value)) for value in values)


def transition(value: Mapping[str, Any]) -> Transition:
    """A transition with its target and, where asked for, its screen."""
    return Transition(
        id=text(value.get("id")),
        name=text(value.get("name")),
        to=status(mapping(value.get("to") or {})),
        fields=field_metas(value.get("fields") or {}),
    )


def link_type(value: Mapping[str, Any]) -> LinkType:
    """A link type; webhook bodies say inwardName and outwardName."""
    return LinkType(
        id=text(value.get("id")),
        name=text(value.get("name")),
        inward=text(value.get("inward") or value.get("inwardName")),
        outward=text(value.get("outward") or value.get("outwardName")),
    )


def issue_links(value: Issue) -> tuple[IssueLink, ...]:
    """The links of an issue, each turned so that it reads "source <outward> target".

    Jira lists the other end: as outwardIssue on the source, as inwardIssue on the target.
    """
    found = []
    for row in rows(value.fields.get("issuelinks") or []):
        here = (value.id, value.key)
        other = row.get("outwardIssue") or row.get("inwardIssue")
        if not isinstance(other, Mapping):
            continue
        there = (text(other.get("id")), text(other.get("key")))
        source, target = (here, there) if row.get("outwardIssue") else (there, here)
        kind = link_type(mapping(row.get("type") or {}))
        found.append(IssueLink(text(row.get("id")), kind, *source, *target))
    return tuple(found)


def board(value: Mapping[str, Any]) -> Board:
    """A board."""
    return Board(whole(value.get("id")) or 0, text(value.get("name")), text(value.get("type")))


def board_configuration(value: Mapping[str, Any]) -> BoardConfiguration:
    """A board's configuration; a board that does not estimate has no estimation field."""
    estimation = value.get("estimation") or {}
    ranking = value.get("ranking") or {}
    field_id = mapping(mapping(estimation).get("field") or {}).get("fieldId")
    rank_id = whole(mapping(ranking).get("rankCustomFieldId"))
    columns = mapping(value.get("columnConfig") or {}).get("columns") or []
    filter_id = mapping(value.get("filter") or {}).get("id")
    return BoardConfiguration(
        id=whole(value.get("id")) or 0,
        estimation_field=text(field_id) or None,
        rank_field=f"customfield_{rank_id}" if rank_id else None,
        filter_id=text(filter_id) or None,
        columns=tuple(
            BoardColumn(
                text(column.get("name")),
                tuple(text(row.get("id")) for row in rows(column.get("statuses") or [])),
            )
            for column in rows(columns)
        ),
    )


def history(value: Mapping[str, Any]) -> History:
    """One change of an issue; Server leaves `fieldId` out."""
    author = value.get("author")
    who = person(author) if isinstance(author, Mapping) else None
    return History(
        id=text(value.get("id")),
        author_id=who.id if who else None,
        author_name=who.name if who else "",
        created=moment(value.get("created")),
        items=tuple(
            HistoryItem(
                field=text(row.get("field")),
                field_id=row.get("fieldId"),
                old=row.get("from"),
                old_text=row.get("fromString"),
                new=row.get("to"),
                new_text=row.get("toString"),
            )
            for row in rows(value.get("items") or [])
        ),
    )


def _schema(value: Mapping[str, Any]) -> Mapping[str, Any]:
    schema = value.get("schema")
    return schema if isinstance(schema, Mapping) else {}
