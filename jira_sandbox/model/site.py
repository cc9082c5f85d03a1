"""The whole state of one Jira, behind one lock, with the look-ups everybody needs.

It holds and finds; the verbs that change issues live in their own modules beside it. It must not
know HTTP.
"""

import threading
import uuid
from bisect import bisect_left, insort
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from . import projects as words
from .boards import Board, Sprint
from .fields import Field, catalogue
from .issues import History, Issue, Link
from .people import Pat, ScopedToken, ServiceClient, User
from .projects import IssueType, LinkType, Project, Status, Transition
from .roles import roles_with


@dataclass(frozen=True, slots=True)
class Event:
    """Something that was committed; `name` is the webhook event. Unused parts are None."""

    name: str
    actor: User | None = None
    kind: str = ""
    issue: Issue | None = None
    history: History | None = None
    subject: Any = None
    old: Any = None


class Site:
    """One Jira. Take `lock` around every read or change that spans more than one look-up."""

    def __init__(self, flavour: str = "cloud", version: int = 10, context: str = "") -> None:
        if flavour not in ("cloud", "datacenter"):
            raise ValueError(f"The flavour is cloud or datacenter, not {flavour!r}.")
        self.flavour = flavour
        self.cloud = flavour == "cloud"
        self.version = version
        self.context = "/" + context.strip("/") if context.strip("/") else ""
        self.address = "http://127.0.0.1" + self.context
        self.configured_base_url: str | None = None
        self.identity = ""
        """Cloud's cloud id, Data Center's application id: stays when the address changes."""
        self.skew = timedelta(0)
        self.basic_default = not self.cloud and version >= 11
        self.basic_disabled = self.basic_default
        self.seen_as: str | None = None
        """The address under which requests arrive where a proxy rewrites it."""
        self.documents = False
        """Whether an app keeps rich text as documents, which then come by every version of the API."""
        self.plain_comments = False
        """Whether comments keep no entity properties that are sent with them, and show none."""
        self.largest_attachment = 10_000_000
        """Bytes; 0: no attachments at all."""
        self.lock = threading.RLock()
        self.calls: Counter[str] = Counter()
        self.listeners: list[Callable[[Event], None]] = []
        self.closers: list[Callable[[], None]] = []
        self.parts: dict[str, Any] = {}
        self.counters: dict[str, int] = {}
        self.writes = 0
        self.users: dict[str, User] = {}
        self.pats: dict[int, Pat] = {}
        self.scoped_tokens: dict[str, ScopedToken] = {}  # by secret
        self.service_clients: dict[str, ServiceClient] = {}  # by client id
        self.types: dict[str, IssueType] = {one.id: one for one in words.ISSUE_TYPES}
        self.statuses: dict[str, Status] = {one.id: one for one in words.STATUSES}
        self.priorities = {one.id: one for one in words.PRIORITIES}
        self.resolutions = {one.id: one for one in words.RESOLUTIONS}
        self.link_types: dict[str, LinkType] = {one.id: one for one in words.LINK_TYPES}
        self.workflow: dict[str, Transition] = {one.id: one for one in words.WORKFLOW}
        self.fields: dict[str, Field] = catalogue(self.cloud)
        self.projects: dict[int, Project] = {}
        self.grants: dict[int, dict[str, set[str]]] = {}
        self.issues: dict[int, Issue] = {}
        self.ids: list[int] = []
        self.keys: dict[str, Issue] = {}
        self.of_project: dict[int, dict[int, Issue]] = {}
        self.links: dict[int, Link] = {}
        self.boards: dict[int, Board] = {}
        self.sprints: dict[int, Sprint] = {}

    # -- time and addresses

    def now(self) -> datetime:
        moment = datetime.now(UTC) + self.skew
        return moment.replace(microsecond=moment.microsecond // 1000 * 1000)

    @property
    def base_url(self) -> str:
        """The base URL an admin configured; by default the address it was started at."""
        return self.configured_base_url or self.address

    def started_at(self, url: str) -> None:
        self.address = url
        # Of the first address: a demo that starts again at its port is the same Jira.
        self.identity = self.identity or str(uuid.uuid5(uuid.NAMESPACE_URL, url))

    def next_id(self, kind: str, start: int = 10000) -> int:
        """The next number of its kind; the first is `start`."""
        self.counters[kind] = self.counters.get(kind, start - 1) + 1
        return self.counters[kind]

    def publish(self, event: Event) -> None:
        """Tells the listeners, inside the lock, after the change was made."""
        for listener in self.listeners:
            listener(event)

    def close(self) -> None:
        for close in self.closers:
            close()

    # -- people

    def add_user(self, user: User) -> User:
        self.users[user.name] = user
        return user

    def user_by(self, *, name: str | None = None, account_id: str | None = None,
                email: str | None = None, key: str | None = None) -> User | None:  # fmt: skip
        for user in self.users.values():
            if (
                (name is not None and user.name == name)
                or (account_id is not None and user.account_id == account_id)
                or (email is not None and user.email.lower() == email.lower())
                or (key is not None and user.key == key)
            ):
                return user
        return None

    # -- permissions

    def grant(self, project: Project, user: User, permission: str, granted: bool = True) -> None:
        held = self.grants.setdefault(project.id, {}).setdefault(user.name, set())
        (held.add if granted else held.discard)(permission)

    def may(self, user: User | None, permission: str, project: Project | None = None) -> bool:
        """Whether the permission is held in the project, or in any where none is named.

        An archived project can be read and nothing else.
        """
        if user is None or (project and project.archived and permission != "BROWSE_PROJECTS"):
            return False
        if permission == "ADMINISTER":
            return permission in user.global_permissions
        if project is None:
            return any(self._holds(user, permission, one) for one in self.projects.values())
        return self._holds(user, permission, project)

    def _holds(self, user: User, permission: str, project: Project) -> bool:
        """By a grant of one's own, or by a role of the project."""
        if permission in self.grants.get(project.id, {}).get(user.name, ()):
            return True
        return bool(project.members) and any(
            user.name in project.members.get(str(role.id), ()) for role in roles_with(permission)
        )

    def sees(self, user: User | None, project: Project) -> bool:
        return self.may(user, "BROWSE_PROJECTS", project)

    def sees_issue(self, user: User | None, issue: Issue) -> bool:
        level = issue.seen_by
        return self.sees(user, issue.project) and (
            level is None or (user is not None and user.name in level)
        )

    # -- projects and issues

    def add_project(self, project: Project) -> Project:
        self.projects[project.id] = project
        self.of_project[project.id] = {}
        return project

    def project(self, key_or_id: object) -> Project | None:
        text = str(key_or_id)
        if text.isdecimal():
            return self.projects.get(int(text))
        for project in self.projects.values():
            if text.upper() == project.key or text.upper() in project.old_keys:
                return project
        return None

    def issue(self, key_or_id: object) -> Issue | None:
        text = str(key_or_id)
        if text.isdecimal():
            return self.issues.get(int(text))
        return self.keys.get(text.upper())

    def store(self, issue: Issue) -> None:
        self.issues[issue.id] = issue
        insort(self.ids, issue.id)
        self.keys[issue.key] = issue
        self.of_project[issue.project.id][issue.id] = issue

    def forget(self, issue: Issue) -> None:
        del self.issues[issue.id]
        del self.ids[bisect_left(self.ids, issue.id)]
        for key in (issue.key, *issue.old_keys):
            self.keys.pop(key, None)
        del self.of_project[issue.project.id][issue.id]

    def field_of(self, slot: str, kind: str | None = None) -> Field:
        """The field that holds a slot. Raises KeyError for a slot that this flavour lacks."""
        for one in self.fields.values():
            if one.slot == slot and (kind is None or one.kind == kind):
                return one
        raise KeyError(slot)

    def boards_of(self, project: Project) -> list[Board]:
        return [board for board in self.boards.values() if project.id in board.project_ids]

    def add_bulk_issues(self, project: Project, n: int) -> list[Issue]:
        """`n` issues of about 5 KB each, quickly and without events, for benchmarks."""
        from .bulk import fill

        return fill(self, project, n)
