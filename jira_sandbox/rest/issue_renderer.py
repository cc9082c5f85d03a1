"""Issues as JSON: only the fields that were asked for, values by field kind.

It must not change anything. A page of a thousand issues shares the parts that are equal.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-issueidorkey-get
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any
from urllib.parse import quote

from .. import adf
from ..model.clock import stamp
from ..model.durations import ESTIMATES, duration
from ..model.fields import Field
from ..model.issues import Attachment, Comment, History, Issue, Link
from ..model.people import User
from ..model.roles import ROLES
from ..model.site import Site
from .shapes import Json, Shapes

EXPAND = "renderedFields,names,schema,operations,editmeta,changelog,transitions"
NOT_NAVIGABLE = {"comment", "attachment"}
INLINE = 20
"""Cloud shows so many comments with an issue, the oldest; the others are read from its list."""


class Renderer(Shapes):
    """Renders issues for one reader: API version 2 or 3, the reader's time zone."""

    def __init__(self, site: Site, api: str = "2", reader: User | None = None) -> None:
        super().__init__(site, api)
        self.reader = reader
        self.zone = reader.time_zone if reader else "UTC"
        self._kinds: dict[str, Callable[[Issue, Field], Any]] = {
            "text": self._plain, "number": self._plain, "seconds": self._plain,
            "timetracking": self._time_tracking, "date": self._plain, "rank": self._plain,
            "rich": self._rich, "user": lambda issue, f: self.user(issue.values.get(f.slot)),
            "creator": lambda issue, _: self.user(issue.creator),
            "archiver": lambda issue, _: self.user(issue.archived_by),
            "labels": self._labels,
            "priority": lambda issue, _: self.priority(issue.values["priority"]),
            "resolution": lambda issue, _: self.resolution(issue.values["resolution"]),
            "issuetype": lambda issue, _: self.issue_type(issue.type),
            "project": lambda issue, _: self.project(issue.project),
            "status": lambda issue, _: self.status(issue.status),
            "versions": lambda issue, f: [self.version(one) for one in issue.values[f.slot]],
            "components": lambda issue, f: [self.component(one) for one in issue.values[f.slot]],
            "parent": self._parent, "epic-link": self._epic_link, "parent-link": self._parent_link,
            "sprint": self._sprint,
            "moment": self._moment, "issuelinks": self._links, "comments": self._comments,
            "attachments": lambda issue, _: [self.attachment(one) for one in issue.attachments],
            "subtasks": lambda issue, _: [self.brief(one) for one in issue.subtasks],
            "select": lambda issue, f: self.option(f, issue.values.get(f.slot)),
            "multiselect": self._options, "team": self._team,
        }  # fmt: skip

    def chosen(self, wanted: Sequence[str], default: str) -> list[Field]:
        """The fields a `fields` parameter selects, in Jira's order."""
        names = list(wanted) or [default]
        minus = {name[1:] for name in names if name.startswith("-")}
        plus = {name for name in names if not name.startswith("-")} or {"*all"}
        everything = self.site.fields.values()
        if "*all" in plus:
            return [one for one in everything if one.id not in minus]
        navigable = "*navigable" in plus
        return [
            one for one in everything
            if (one.id in plus or (navigable and one.id not in NOT_NAVIGABLE))
            and one.id not in minus
        ]  # fmt: skip

    def issue(self, issue: Issue, fields: Iterable[Field], properties: Sequence[str] = ()) -> Json:
        kinds, lacks, kind = self._kinds, issue.project.lacks, issue.type.id
        values = {one.id: kinds[one.kind](issue, one) for one in fields if not lacks(one.id, kind)}
        if not self.shows_parent(issue):
            values.pop("parent", None)
        made = {
            "expand": EXPAND,
            "id": str(issue.id),
            "self": f"{self.root}/issue/{issue.id}",
            "key": issue.key,
            "fields": values,
        }
        if properties:
            made["properties"] = self.properties(issue, properties)
        return made

    def value_of(self, field: Field) -> Callable[[Issue, Field], Any]:
        """How a field's value is rendered."""
        return self._kinds[field.kind]

    def shows_parent(self, issue: Issue) -> bool:
        """Absent rather than null; Data Center has it for sub-tasks only."""
        return issue.parent is not None and (self.site.cloud or issue.type.subtask)

    def properties(self, issue: Issue, wanted: Sequence[str]) -> Json:
        if "*all" in wanted:
            return dict(issue.properties)
        return {key: issue.properties[key] for key in wanted if key in issue.properties}

    def brief(self, issue: Issue) -> Json:
        """An issue inside another one: key and a handful of fields."""
        fields = {
            "summary": issue.values["summary"],
            "status": self.status(issue.status),
            "priority": self.priority(issue.values["priority"]),
            "issuetype": self.issue_type(issue.type),
        }
        self_link = f"{self.root}/issue/{issue.id}"
        return {"id": str(issue.id), "key": issue.key, "self": self_link, "fields": fields}

    def rich(self, text: str | None, document: Any) -> Any:
        if self.api == "3" or self.site.documents:
            return document or adf.document(text)
        return text

    def comment(self, issue: Issue, one: Comment) -> Json:
        return {
            "self": f"{self.root}/issue/{issue.id}/comment/{one.id}",
            "id": str(one.id),
            "author": self.user(one.author),
            "body": self.rich(one.body, one.adf),
            "updateAuthor": self.user(one.editor or one.author),
            "created": stamp(one.created, self.zone),
            "updated": stamp(one.updated, self.zone),
        } | self._seen_by(one)

    def _seen_by(self, one: Comment) -> Json:
        made: Json = {"jsdPublic": one.public} if self.site.cloud else {}
        return made | ({"visibility": dict(one.visibility)} if one.visibility else {})

    def attachment(self, one: Attachment) -> Json:
        """Version 2 leads to the page that people open, 3 to the call."""
        where = f"{self.site.base_url}/secure/attachment/{one.id}/{quote(one.filename)}"
        if self.site.cloud:
            where = f"{self.root}/attachment/content/{one.id}"
        return {
            "self": f"{self.root}/attachment/{one.id}",
            "id": str(one.id),
            "filename": one.filename,
            "author": self.user(one.author),
            "created": stamp(one.created, self.zone),
            "size": len(one.content),
            "mimeType": one.kind,
            "content": where,
        }

    def shown_comments(self, issue: Issue) -> list[Comment]:
        """Those that the reader may see; the others are not even counted."""
        return [one for one in issue.comments if self.sees_comment(issue, one)]

    def sees_comment(self, issue: Issue, one: Comment) -> bool:
        """A comment for a role is shown to who is in it, to its author and to Jira's admins."""
        reader = self.reader
        if one.visibility is None or reader is None or reader is one.author:
            return True
        role = next((key for key, r in ROLES.items() if r.name == one.visibility["value"]), 0)
        inside = reader.name in issue.project.members.get(str(role), ())
        return inside or self.site.may(reader, "ADMINISTER")

    def history(self, entry: History) -> Json:
        return {
            "id": str(entry.id),
            "author": self.user(entry.author),
            "created": stamp(entry.created, self.zone),
            "items": self.items(entry),
        }

    def items(self, entry: History) -> list[Json]:
        """Changelog items; Data Center knows no `fieldId`."""
        made: list[Json] = []
        for item in entry.items:
            one: Json = {"field": item.field, "fieldtype": "custom" if item.custom else "jira"}
            if self.site.cloud and item.field_id:
                one["fieldId"] = item.field_id
            made.append(one | {"from": item.old, "fromString": item.old_text, "to": item.new,
                               "toString": item.new_text})  # fmt: skip
        return made

    def link(self, link: Link, reader: Issue) -> Json:
        """A link as one of its ends lists it: the source shows an outwardIssue."""
        made: Json = {"id": str(link.id), "self": f"{self.root}/issueLink/{link.id}",
                      "type": self.link_type(link.type)}  # fmt: skip
        if link.source is reader:
            return made | {"outwardIssue": self.brief(link.target)}
        return made | {"inwardIssue": self.brief(link.source)}

    def _time_tracking(self, issue: Issue, field: Field) -> Json:
        found: Json = {}
        for word, slot in ESTIMATES.items():
            seconds = issue.values.get(slot)
            if seconds is not None:
                found |= {word: duration(seconds), f"{word}Seconds": seconds}
        return found

    def _plain(self, issue: Issue, field: Field) -> Any:
        return issue.values.get(field.slot)

    def _rich(self, issue: Issue, field: Field) -> Any:
        text = issue.values.get(field.slot)
        if self.api == "3" or self.site.documents:
            return self.rich(text, issue.values.get(field.slot + "_adf"))
        return text

    def _labels(self, issue: Issue, field: Field) -> Any:
        """Jira's own field is an empty list where there are none, another one nothing."""
        found = list(issue.values.get(field.slot) or ())
        return found if found or not field.custom else None

    def _options(self, issue: Issue, field: Field) -> Any:
        return [self.option(field, one) for one in issue.values.get(field.slot) or ()] or None

    def _parent(self, issue: Issue, field: Field) -> Any:
        return self.brief(issue.parent) if issue.parent else None

    def _epic_link(self, issue: Issue, field: Field) -> Any:
        return issue.parent.key if issue.parent is not None and issue.type.level == 0 else None

    def _parent_link(self, issue: Issue, field: Field) -> Any:
        """The key as text, of epics and what is above them."""
        return issue.parent.key if issue.parent is not None and issue.type.level > 0 else None

    def _team(self, issue: Issue, field: Field) -> Any:
        """A sub-task's is its parent's."""
        own = issue.parent if issue.type.subtask and issue.parent else issue
        return self.team(field, own.values.get(field.slot))

    def _sprint(self, issue: Issue, field: Field) -> Any:
        sprints = issue.values["sprints"]
        return [self.sprint_value(one) for one in sprints] if sprints else None

    def _moment(self, issue: Issue, field: Field) -> Any:
        moment = getattr(issue, field.slot)
        return stamp(moment, self.zone) if moment else None

    def _links(self, issue: Issue, field: Field) -> Any:
        reader = self.reader
        return [
            self.link(one, issue)
            for one in issue.links
            if reader is None
            or self.site.sees_issue(reader, one.target if one.source is issue else one.source)
        ]

    def _comments(self, issue: Issue, field: Field) -> Any:
        shown = self.shown_comments(issue)
        some = shown[:INLINE] if self.site.cloud else shown
        found = [self.comment(issue, one) for one in some]
        return {"comments": found, "maxResults": len(found), "total": len(shown), "startAt": 0}
