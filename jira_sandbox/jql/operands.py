"""What a JQL field means: the value of an issue to compare, and how a literal is read.

It must not know the query's shape. Raises Refusal 400 for what Jira would refuse.
"""

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from ..model.clock import zone
from ..model.fields import Field
from ..model.issues import Issue
from ..model.people import User
from ..model.site import Site
from .parse import Call, refuse

Get = Callable[[Issue], Any]
RELATIVE = re.compile(r"([+-]?)(\d+)([mhdw])$")
UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Operands:
    """Field and value look-ups of one query for one reader."""

    def __init__(self, site: Site, reader: User | None) -> None:
        self.site = site
        self.reader = reader
        self.zone = zone(reader.time_zone if reader else "UTC")

    def canonical(self, name: str) -> str:
        """The one word a field goes by. Raises Refusal 400 for a field Jira does not know."""
        lower = name.lower()
        found = {"issuekey": "key", "issue": "key", "id": "key", "type": "issuetype",
                 "sprint": "sprint", "epic link": "epiclink", "text": "text",
                 "fixversion": "fixversions", "component": "components", "due": "duedate",
                 "statuscategory": "statuscategory", "key": "key"}.get(lower)  # fmt: skip
        if found:
            return found
        field = self.field(lower)
        if field is None:
            raise refuse(f"Field '{name}' does not exist or you do not have permission to view it.")
        return {"sprints": "sprint", "epic-link": "epiclink"}.get(
            field.slot if field.kind == "sprint" else field.kind,
            field.slot if field.custom else field.id.lower(),
        )

    def field(self, lower: str) -> Field | None:
        for one in self.site.fields.values():
            if lower in (one.id.lower(), one.name.lower(), *(c.lower() for c in one.clauses)):
                return one
        return None

    def get(self, name: str) -> Get:
        """How an issue's comparable value is read: a scalar, or a frozenset for lists."""
        direct: dict[str, Get] = {
            "key": lambda i: i.id,
            "project": lambda i: i.project.id,
            "issuetype": lambda i: i.type.id,
            "status": lambda i: i.status.id,
            "statuscategory": lambda i: i.status.category,
            "priority": lambda i: getattr(i.values["priority"], "id", None),
            "resolution": lambda i: getattr(i.values["resolution"], "id", None),
            "assignee": lambda i: getattr(i.values["assignee"], "name", None),
            "reporter": lambda i: getattr(i.values["reporter"], "name", None),
            "creator": lambda i: i.creator.name,
            "parent": self._parent,
            "epiclink": lambda i: self._parent(i) if not i.type.subtask else None,
            "sprint": lambda i: frozenset(one.id for one in i.values["sprints"]),
            "labels": lambda i: frozenset(one.lower() for one in i.values["labels"]),
            "fixversions": lambda i: frozenset(one.id for one in i.values["fix_versions"]),
            "components": lambda i: frozenset(one.id for one in i.values["components"]),
            "created": lambda i: i.created,
            "updated": lambda i: i.updated,
            "resolutiondate": lambda i: i.resolved,
            "text": lambda i: f"{i.values['summary']} {i.values['description'] or ''}",
        }
        return direct.get(name) or (lambda issue: issue.values.get(name))

    def sort_key(self, name: str) -> Get:
        get = self.get(name)
        if name == "priority":
            return lambda issue: -int(get(issue) or 99)
        if name == "key":
            return lambda issue: (issue.project.key, issue.number)
        if name in ("sprint", "labels", "fixversions", "components"):
            return lambda issue: sorted(get(issue))
        return get

    @staticmethod
    def _parent(issue: Issue) -> int | None:
        return issue.parent.id if issue.parent else None

    # -- literals

    def values(self, name: str, literal: Any) -> list[Any]:
        """What a literal stands for; functions may stand for several. None is EMPTY."""
        if literal is None:
            return [None]
        if isinstance(literal, Call):
            return self._called(name, literal)
        readers: dict[str, Callable[[str], list[Any]]] = {
            "key": self._issue, "parent": self._issue, "epiclink": self._issue,
            "project": self._project, "issuetype": self._named(self.site.types, "issuetype"),
            "status": self._named(self.site.statuses, "status"),
            "priority": self._named(self.site.priorities, "priority"),
            "resolution": self._named(self.site.resolutions, "resolution"),
            "statuscategory": self._category, "assignee": self._person, "reporter": self._person,
            "creator": self._person, "sprint": self._sprint, "labels": lambda v: [v.lower()],
            "created": self._moment, "updated": self._moment, "resolutiondate": self._moment,
            "points": self._number, "wsjf": self._number,
            "fixversions": self._of_projects("versions", "fixVersion"),
            "components": self._of_projects("components", "component"),
        }  # fmt: skip
        reader = readers.get(name)
        return reader(literal) if reader else [literal]

    def _called(self, name: str, call: Call) -> list[Any]:
        if call.name == "currentuser":
            return [self.reader.name if self.reader else None]
        if call.name in ("opensprints", "futuresprints", "closedsprints") and name == "sprint":
            states = {"o": ("active",), "f": ("future",), "c": ("closed",)}[call.name[0]]
            return [one.id for one in self.site.sprints.values() if one.state in states] or [-1]
        if call.name == "now":
            return [self.site.now()]
        if call.name == "startofday":
            local = self.site.now().astimezone(self.zone)
            return [local.replace(hour=0, minute=0, second=0, microsecond=0)]
        raise refuse(f"Unable to find JQL function '{call.name}({', '.join(call.args)})'.")

    def _issue(self, text: str) -> list[Any]:
        found = self.site.issue(text)
        if found is None or not self.site.sees_issue(self.reader, found):
            kind = "id" if text.isdecimal() else "key"
            raise refuse(f"An issue with {kind} '{text}' does not exist for field '{kind}'.")
        return [found.id]

    def _project(self, text: str) -> list[Any]:
        found = self.site.project(text)
        if found is None:
            named = [p for p in self.site.projects.values() if p.name.lower() == text.lower()]
            found = named[0] if named else None
        if found is None or not self.site.sees(self.reader, found):
            raise refuse(f"The value '{text}' does not exist for the field 'project'.")
        return [found.id]

    def _named(self, options: dict[str, Any], field: str) -> Callable[[str], list[Any]]:
        def read(text: str) -> list[Any]:
            for one in options.values():
                if text == one.id or text.lower() == one.name.lower():
                    return [one.id]
            raise refuse(f"The value '{text}' does not exist for the field '{field}'.")

        return read

    def _of_projects(self, part: str, field: str) -> Callable[[str], list[Any]]:
        def read(text: str) -> list[Any]:
            found = [
                one.id for project in self.site.projects.values()
                for one in getattr(project, part).values()
                if text == one.id or text.lower() == one.name.lower()
            ]  # fmt: skip
            if not found:
                raise refuse(f"The value '{text}' does not exist for the field '{field}'.")
            return found

        return read

    def _category(self, text: str) -> list[Any]:
        known = {"to do": "new", "new": "new", "in progress": "indeterminate", "done": "done",
                 "indeterminate": "indeterminate", "2": "new", "3": "done",
                 "4": "indeterminate"}  # fmt: skip
        if text.lower() not in known:
            raise refuse(f"The value '{text}' does not exist for the field 'statusCategory'.")
        return [known[text.lower()]]

    def _person(self, text: str) -> list[Any]:
        for user in self.site.users.values():
            if text in (user.account_id, user.name, user.email, user.display_name):
                return [user.name]
        if self.site.cloud:
            return ["\0nobody"]
        raise refuse(f"The value '{text}' does not exist for the field 'assignee'.")

    def _sprint(self, text: str) -> list[Any]:
        found = [
            one.id for one in self.site.sprints.values()
            if text == str(one.id) or text.lower() == one.name.lower()
        ]  # fmt: skip
        if not found:
            raise refuse(
                f"Sprint with name or id '{text}' does not exist or you do not have "
                "permission to view it."
            )
        return found

    def _number(self, text: str) -> list[Any]:
        try:
            return [float(text)]
        except ValueError as error:
            raise refuse(f"Value '{text}' is invalid for the field; a number is expected.") from (
                error
            )

    def _moment(self, text: str) -> list[Any]:
        """A moment to the minute in the reader's time zone, or a period back from now."""
        period = RELATIVE.match(text)
        if period:
            span = timedelta(**{UNITS[period[3]]: int(period[2])})
            return [self.site.now() + (span if period[1] == "+" else -span)]
        for form in ("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M", "%Y-%m-%d", "%Y/%m/%d"):
            try:
                return [datetime.strptime(text, form).replace(tzinfo=self.zone)]
            except ValueError:
                continue
        raise refuse(
            f"Date value '{text}' for field 'updated' is invalid. Valid formats include: "
            "'yyyy/MM/dd HH:mm', 'yyyy-MM-dd HH:mm', 'yyyy/MM/dd', 'yyyy-MM-dd', or a period "
            "format e.g. '-5d', '4w 2d'."
        )
