"""JSON of issues, their changes, links and transitions into values.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Iterable, Mapping
from typing import Any

from jira_client.parse.of_instance import field_metas, link_type, person, status
from jira_client.parse.of_lists import in_whole
from jira_client.parse.plain import mapping, moment, rows, text, whole
from jira_client.values import (
    Attachment,
    Comment,
    History,
    HistoryItem,
    Issue,
    IssueLink,
    Transition,
)


def issue(value: Mapping[str, Any]) -> Issue:
    """An issue with the fields, properties and changes that came with it. Raises NotJira."""
    fields = value.get("fields")
    fields = fields if isinstance(fields, Mapping) else {}
    properties = value.get("properties")
    log = value.get("changelog")
    return Issue(
        id=text(value.get("id")),
        key=text(value.get("key")),
        fields=fields,
        updated=moment(fields.get("updated")),
        created=moment(fields.get("created")),
        properties=properties if isinstance(properties, Mapping) else {},
        history=in_whole(fields, in_order(log.get("histories")))
        if isinstance(log, Mapping)
        else (),
    )


def issues(values: Iterable[Any]) -> tuple[Issue, ...]:
    """Several issues, in their order. Raises NotJira."""
    return tuple(issue(mapping(value)) for value in values)


def history(value: Mapping[str, Any]) -> History:
    """One change of an issue: who, when, which fields. Server leaves `fieldId` out. Raises NotJira."""
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


def in_order(histories: Any) -> tuple[History, ...]:
    """The changes of an issue, oldest first, whichever way Jira lists them. Raises NotJira."""
    found = [history(row) for row in rows(histories or [])]
    return tuple(
        sorted(found, key=lambda one: (one.created is not None, one.created, _number(one)))
    )


def _number(change: History) -> int:
    return int(change.id) if change.id.isdigit() else 0


def transition(value: Mapping[str, Any]) -> Transition:
    """A transition with its target status and, where asked for, its fields. Raises NotJira."""
    return Transition(
        id=text(value.get("id")),
        name=text(value.get("name")),
        to=status(mapping(value.get("to") or {})),
        fields=field_metas(value.get("fields") or {}),
    )


def issue_links(value: Issue) -> tuple[IssueLink, ...]:
    """The links of an issue, each turned so that it reads "source <outward> target".

    Jira lists the other end: as outwardIssue on the source, as inwardIssue on the target. Raises NotJira.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-links/
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


def comment(value: Mapping[str, Any]) -> Comment:
    """One comment. Raises NotJira.

    Restricted is what is shown to a role or group alone, and Cloud's internal note of a service project.
    """
    body, properties = value.get("body"), value.get("properties")
    author, editor = _person(value.get("author")), _person(value.get("updateAuthor"))
    return Comment(
        id=text(value.get("id")),
        author_id=author[0],
        author_name=author[1],
        body=body if isinstance(body, str) else None,
        created=moment(value.get("created")),
        updated=moment(value.get("updated")),
        editor_id=editor[0],
        restricted=bool(value.get("visibility")) or value.get("jsdPublic") is False,
        properties=_entities(properties) if isinstance(properties, list) else None,
    )


def comments(value: Issue) -> tuple[Comment, ...] | None:
    """The comments that came with an issue, in Jira's order; None where they were not asked for, or are
    hidden. Raises NotJira.
    """
    field = value.fields.get("comment")
    if not isinstance(field, Mapping):
        return None
    return tuple(comment(row) for row in rows(field.get("comments") or []))


def has_all_comments(value: Issue) -> bool:
    """Whether all comments came with the issue, or none were asked for. Raises NotJira.

    Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-comments/#api-rest-api-3-issue-issueidorkey-comment-get
    """
    field = value.fields.get("comment")
    if not isinstance(field, Mapping):
        return True
    total = whole(field.get("total"))
    return total is None or len(rows(field.get("comments") or [])) >= total


def attachment(value: Mapping[str, Any]) -> Attachment:
    """One attachment. Raises NotJira."""
    author = _person(value.get("author"))
    return Attachment(
        id=text(value.get("id")),
        filename=text(value.get("filename")),
        size=whole(value.get("size")) or 0,
        kind=text(value.get("mimeType")),
        author_name=author[1],
        created=moment(value.get("created")),
        author_id=author[0],
    )


def attachments(value: Issue) -> tuple[Attachment, ...] | None:
    """The attachments that came with an issue; None where they were not asked for, or are hidden.

    Raises NotJira.
    """
    field = value.fields.get("attachment")
    return tuple(attachment(row) for row in rows(field)) if isinstance(field, list) else None


def _person(value: Any) -> tuple[str, str]:
    """Id and name; both empty where Jira names nobody, as for comments of deleted users."""
    if not isinstance(value, Mapping):
        return "", ""
    who = person(value)
    return who.id, who.name


def _entities(values: list[Any]) -> dict[str, Any]:
    return {str(one["key"]): one.get("value") for one in rows(values) if "key" in one}
