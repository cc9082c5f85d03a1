"""One field's value as a client sends it, read by the field's kind. It must not write.

Raises Bad with the sentence that Jira would put beside the field.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-fields/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from .. import adf
from ..model.durations import ESTIMATES, seconds
from ..model.fields import Field
from ..model.issues import Issue
from ..model.people import User
from ..model.projects import IssueType, Project
from ..model.site import Site


class Bad(Exception):
    """The sentence Jira would put beside the field."""


def off_screen(name: str) -> str:
    return f"Field '{name}' cannot be set. It is not on the appropriate screen, or unknown."


class Values:
    """Reads values for one issue, or for one that is to be: one method per kind of field."""

    def __init__(
        self, site: Site, actor: User, api: str, project: Project, kind: IssueType,
        issue: Issue | None,
    ) -> None:  # fmt: skip
        self.site = site
        self.actor = actor
        self.api = api
        self.project = project
        self.kind = kind
        self.issue = issue
        self._kinds: dict[str, Callable[[Field, Any], Any]] = {
            "text": self._text, "rich": self._rich, "number": self._number, "date": self._date,
            "user": self._user, "labels": self._labels, "priority": self._priority,
            "resolution": self._resolution, "issuetype": self._issue_type,
            "versions": self._versions, "components": self._components, "parent": self._parent,
            "epic-link": self._epic_link, "parent-link": self._parent_link, "sprint": self._sprint,
            "select": self._select, "multiselect": self._multiselect, "team": self._team,
            "timetracking": self._time_tracking,
        }  # fmt: skip

    def _text(self, field: Field, raw: Any) -> str | None:
        if raw is not None and not isinstance(raw, str):
            raise Bad("Operation value must be a string")
        if raw is not None and len(raw) > 255:
            raise Bad(f"{field.name} must be less than 255 characters.")
        if raw and "\n" in raw:
            raise Bad(
                f"The {field.name.lower()} is invalid because it contains newline characters."
            )
        return raw

    def _rich(self, field: Field, raw: Any) -> Any:
        if self.api == "3":
            if raw is not None and not adf.is_document(raw):
                raise Bad(
                    "Operation value must be an Atlassian Document (see the Atlassian "
                    "Document Format)"
                )
            text, document = adf.wiki(raw), raw
        elif raw is not None and not isinstance(raw, str):
            raise Bad("Operation value must be a string")
        else:
            text, document = raw or None, None
        if text is not None and len(text) > 32767:
            raise Bad(
                "The entered text is too long. It exceeds the allowed limit of 32,767 characters."
            )
        return (text, document) if field.slot == "description" else text

    def _number(self, field: Field, raw: Any) -> float | None:
        if raw is None:
            return None
        if isinstance(raw, bool) or not isinstance(raw, (int, float)):
            raise Bad("Operation value must be a number")
        return float(raw)

    def _date(self, field: Field, raw: Any) -> str | None:
        if raw is None:
            return None
        try:
            return date.fromisoformat(str(raw)).isoformat()
        except ValueError as error:
            raise Bad("Error parsing date string: " + str(raw)) from error

    def _user(self, field: Field, raw: Any) -> User | None:
        if raw is None:
            return None
        if not isinstance(raw, dict):
            raise Bad("expected Object")
        if self.site.cloud:
            wanted = raw.get("accountId", raw.get("id"))
            user = self.site.user_by(account_id=wanted) if wanted else None
        else:
            wanted = raw.get("name")
            user = self.site.user_by(name=wanted) if wanted else None
        if wanted is None:
            return None
        if user is None or not user.active:
            raise Bad(f"User '{wanted}' does not exist.")
        if field.id == "assignee" and not self.site.may(user, "ASSIGNABLE_USER", self.project):
            raise Bad(f"User '{user.display_name}' cannot be assigned issues.")
        return user

    def _labels(self, field: Field, raw: Any) -> tuple[str, ...]:
        if raw is None:
            return ()
        if not isinstance(raw, list) or not all(isinstance(one, str) for one in raw):
            raise Bad("data was not an array of strings")
        for one in raw:
            if " " in one:
                raise Bad(f"The label '{one}' contains spaces which is invalid.")
        return tuple(sorted(set(raw)))

    def _named(self, raw: Any, options: dict[str, Any], what: str) -> Any:
        if not isinstance(raw, dict):
            raise Bad(f"Could not find valid 'id' or 'name' in {what} object.")
        for one in options.values():
            if str(raw.get("id", "")) == one.id or raw.get("name") == one.name:
                return one
        raise Bad(f"The {what} selected is invalid.")

    def _priority(self, field: Field, raw: Any) -> Any:
        return None if raw is None else self._named(raw, self.site.priorities, "priority")

    def _resolution(self, field: Field, raw: Any) -> Any:
        return None if raw is None else self._named(raw, self.site.resolutions, "resolution")

    def _issue_type(self, field: Field, raw: Any) -> IssueType:
        allowed = {id: self.site.types[id] for id in self.project.type_ids}
        found: IssueType = self._named(raw, allowed, "issue type")
        return found

    def _versions(self, field: Field, raw: Any) -> tuple[Any, ...]:
        return tuple(self._named(one, self.project.versions, "version") for one in raw or ())

    def _components(self, field: Field, raw: Any) -> tuple[Any, ...]:
        return tuple(self._named(one, self.project.components, "component") for one in raw or ())

    def _parent(self, field: Field, raw: Any) -> Issue | None:
        if raw is None or (isinstance(raw, dict) and raw.get("none")):
            if self.kind.subtask:
                raise Bad("Sub-tasks must have a parent.")
            return None
        if not isinstance(raw, dict):
            raise Bad("data was not an object")
        return self._suits(self._visible(raw.get("id") or raw.get("key")))

    def _epic_link(self, field: Field, raw: Any) -> Issue | None:
        if raw is None:
            return None
        if self.kind.level != 0:
            raise Bad(off_screen(field.name))
        found = self._visible(raw)
        if found.type.level != 1:
            raise Bad(f"Issue '{found.key}' is not an epic.")
        return found

    def _parent_link(self, field: Field, raw: Any) -> Issue | None:
        """Of epics and above, to the level above theirs; nobody quotes Jira's words for the rest."""
        if raw is None:
            return None
        if self.kind.level < 1:
            raise Bad(off_screen(field.name))
        return self._suits(self._visible(raw))

    def _visible(self, wanted: Any) -> Issue:
        found = self.site.issue(wanted) if wanted else None
        if found is None or not self.site.sees_issue(self.actor, found):
            raise Bad("Could not find issue by id or key.")
        return found

    def _suits(self, parent: Issue) -> Issue:
        if parent is self.issue or parent.type.level != self.kind.level + 1:
            raise Bad("Given parent work item does not belong to appropriate hierarchy.")
        if self.kind.subtask and parent.project is not self.project:
            raise Bad("A sub-task must be in its parent's project.")
        return parent

    def _select(self, field: Field, raw: Any) -> str | None:
        if raw is None:
            return None
        if not isinstance(raw, dict) or not ("id" in raw or "value" in raw):
            raise Bad("Could not find valid 'id' or 'value' in the Parent Option object.")
        for id, name in field.choices:
            if str(raw.get("id", "")) == id or raw.get("value") == name:
                return id
        raise Bad(f"Option value '{raw.get('value', raw.get('id'))}' is not valid")

    def _multiselect(self, field: Field, raw: Any) -> tuple[str, ...]:
        if raw is not None and not isinstance(raw, list):
            raise Bad("data was not an array")
        chosen = {self._select(field, one) for one in raw or ()}
        return tuple(id for id, _name in field.choices if id in chosen)

    def _team(self, field: Field, raw: Any) -> str | None:
        """A team's id as bare text. The words are those that people quote of Cloud; for sub-tasks,
        of which the vendor says only that their team cannot be changed, nobody quotes any.
        """
        if self.kind.subtask:
            raise Bad("The team of a sub-task is the team of its parent and cannot be changed.")
        if raw is None or (isinstance(raw, str) and raw in dict(field.choices)):
            return raw
        raise Bad(f"Team Id '{raw}' is not valid")

    def _time_tracking(self, field: Field, raw: Any) -> dict[str, int | None]:
        """Slot → seconds, of the estimates that are named. One that is new is what remains, too, until
        somebody says otherwise.
        """
        if not isinstance(raw, dict):
            raise Bad("data was not an object")
        try:
            given = {slot: seconds(raw[word]) for word, slot in ESTIMATES.items() if word in raw}
        except ValueError as error:
            raise Bad("Specify a value for time tracking in the format of 4d, 5h, 30m.") from error
        before = self.issue.values if self.issue else {}
        first = before.get("original_estimate") is None and before.get("remaining_estimate") is None
        if first and given.get("original_estimate") and "remaining_estimate" not in given:
            given["remaining_estimate"] = given["original_estimate"]
        return given

    def _sprint(self, field: Field, raw: Any) -> tuple[Any, ...]:
        past = tuple(
            one for one in (self.issue.values["sprints"] if self.issue else ())
            if one.state == "closed"
        )  # fmt: skip
        if raw is None:
            return past
        if isinstance(raw, bool) or not isinstance(raw, (int, str)) or not str(raw).isdecimal():
            raise Bad("Number value expected as the Sprint id.")
        sprint = self.site.sprints.get(int(raw))
        if sprint is None or sprint.state == "closed":
            raise Bad(f"Sprint with id {raw} does not exist or is completed.")
        return past if sprint in past else (*past, sprint)
