"""Pages of issues straight to JSON text: what many issues share is encoded once per page.

A page of a thousand issues repeats the same people, statuses, projects and sprints; encoding them
again and again was two thirds of a bulk read. It must say exactly what `Renderer.issue` says.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-get
"""

import json
from collections.abc import Callable, Hashable, Iterable, Sequence
from json.encoder import encode_basestring as quoted
from typing import Any

from ..model.fields import Field
from ..model.issues import Issue
from ..wire import Response
from .issue_renderer import EXPAND, Renderer

encoded = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
_EMPTY: dict[type, str] = {list: "[]", dict: "{}"}
Share = Callable[[Issue, Field], Hashable]

SHARED: dict[str, Share] = {
    "user": lambda issue, field: issue.values.get(field.slot),
    "creator": lambda issue, _: issue.creator,
    "priority": lambda issue, _: issue.values["priority"],
    "resolution": lambda issue, _: issue.values["resolution"],
    "issuetype": lambda issue, _: issue.type,
    "project": lambda issue, _: issue.project,
    "status": lambda issue, _: issue.status,
    "sprint": lambda issue, _: issue.values["sprints"],
    "parent": lambda issue, _: issue.parent,
    "versions": lambda issue, field: issue.values[field.slot],
    "components": lambda issue, field: issue.values[field.slot],
}
"""Kinds whose text depends on nothing but this value."""


def plain(value: Any) -> str:
    """A value as JSON text, the common kinds without a detour."""
    if value is None:
        return "null"
    kind = type(value)
    if kind is str:
        return quoted(value)
    if kind is float:
        return repr(value)
    return encoded(value) if value else _EMPTY.get(kind) or encoded(value)


class Writer:
    """Writes the issues of one page, with the fields and properties that were asked for."""

    def __init__(
        self, renderer: Renderer, fields: Iterable[Field], properties: Sequence[str] = ()
    ) -> None:
        self.renderer = renderer
        self.properties = properties
        self._columns = [
            (one, f'"{one.id}":', SHARED.get(one.kind), renderer.value_of(one)) for one in fields
        ]
        self._made: dict[tuple[str, Hashable], str] = {}

    def issue(self, issue: Issue) -> str:
        renderer, made = self.renderer, self._made
        parts: list[str] = []
        for field, prefix, share, value_of in self._columns:
            if field.id == "parent" and not renderer.shows_parent(issue):
                continue
            if issue.project.lacks(field.id, issue.type.id):
                continue
            if share is None:
                parts.append(prefix + plain(value_of(issue, field)))
                continue
            key = (field.kind, share(issue, field))
            text = made.get(key)
            if text is None:
                text = made[key] = plain(value_of(issue, field))
            parts.append(prefix + text)
        more = ""
        if self.properties:
            more = ',"properties":' + encoded(renderer.properties(issue, self.properties))
        return (
            f'{{"expand":"{EXPAND}","id":"{issue.id}","self":"{renderer.root}/issue/{issue.id}",'
            f'"key":"{issue.key}","fields":{{{",".join(parts)}}}{more}}}'
        )

    def answer(self, issues: Iterable[Issue], **around: Any) -> Response:
        """A whole answer: `issues`, and around them what the page says of itself."""
        rest = encoded(around)[1:]
        text = '{"issues":[' + ",".join(map(self.issue, issues)) + "]" + ("," if around else "")
        return Response(200, (text + rest).encode())
