"""JSON of the instance, people, projects, issue types, statuses, fields and links into values.

Source of projects: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
Issue types: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-types/
Fields: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from jira_client.errors import NotJira
from jira_client.parse.plain import day, mapping, moment, rows, text, whole
from jira_client.values import (
    Deployment,
    FieldInfo,
    FieldMeta,
    IssueType,
    LinkType,
    Person,
    Project,
    ServerInfo,
    Status,
    Version,
)

Part = TypeVar("Part")


def server_info(value: Any, date_header: datetime | None = None) -> ServerInfo:
    """What `/serverInfo` says of the instance; `date_header` is the clock of the answer.

    Data Center calls itself `Server`; whatever is not `Cloud` counts as Data Center. Raises NotJira where
    the answer tells neither version nor base URL.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-server-info/#api-rest-api-3-serverinfo-get
    """
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
    """A user of either deployment, known by `accountId` on Cloud and by `name` elsewhere. Raises NotJira.

    The e-mail address is None where the user's privacy settings hide it.

    Source: https://developer.atlassian.com/cloud/jira/platform/deprecation-notice-user-privacy-api-migration-guide/
    """
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
    """A project, from a list or read alone.

    `simplified` marks a team-managed one where `style` is absent. Raises NotJira.
    """
    return Project(
        id=text(value.get("id")),
        key=text(value.get("key")),
        name=text(value.get("name")),
        archived=bool(value.get("archived", False)),
        style=text(value.get("style")) or ("next-gen" if value.get("simplified") is True else ""),
        versions=_all(value.get("versions"), version),
        components=_all(value.get("components"), lambda row: text(row.get("name"))),
        service=value.get("projectTypeKey") == "service_desk",
    )


def _all(value: Any, read: Callable[[Mapping[str, Any]], Part]) -> tuple[Part, ...] | None:
    """The parts of an answer that holds them; None where it holds none, not even an empty list."""
    return tuple(read(row) for row in rows(value)) if isinstance(value, list) else None


def issue_type(value: Mapping[str, Any]) -> IssueType:
    """An issue type; its hierarchy level is None where Jira does not tell it (Data Center)."""
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
    """A field of the instance, with the type, item type and custom key of its schema."""
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
    """The fields of a screen, from an object by field id or from an array. Raises NotJira."""
    if isinstance(value, Mapping):
        return tuple(field_meta(mapping(meta), key) for key, meta in value.items())
    return tuple(field_meta(meta) for meta in rows(value or []))


def _schema(value: Mapping[str, Any]) -> Mapping[str, Any]:
    schema = value.get("schema")
    return schema if isinstance(schema, Mapping) else {}


def link_type(value: Mapping[str, Any]) -> LinkType:
    """A link type; webhook bodies say `inwardName` and `outwardName` for `inward` and `outward`.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-link-types/
    """
    return LinkType(
        id=text(value.get("id")),
        name=text(value.get("name")),
        inward=text(value.get("inward") or value.get("inwardName")),
        outward=text(value.get("outward") or value.get("outwardName")),
    )


def version(value: Mapping[str, Any]) -> Version:
    """A version of a project, from its own answer or as an issue names it.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-project-versions/
    """
    return Version(
        id=text(value.get("id")),
        name=text(value.get("name")),
        start=day(value.get("startDate")),
        release=day(value.get("releaseDate")),
        released=bool(value.get("released", False)),
        archived=bool(value.get("archived", False)),
    )
