"""Which webhooks exist and which event each of them wants. It must not send anything."""

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime

from ..jql import compiled
from ..model.people import User
from ..model.site import Event, Site
from ..refusal import Refusal

ISSUE_EVENTS = ("jira:issue_created", "jira:issue_updated", "jira:issue_deleted")
EVENTS = (
    *ISSUE_EVENTS, "comment_created", "comment_updated", "comment_deleted", "issuelink_created",
    "issuelink_deleted", "issue_property_set", "issue_property_deleted", "sprint_created",
    "sprint_updated", "sprint_deleted", "sprint_started", "sprint_closed", "board_created",
    "board_updated", "board_deleted", "board_configuration_changed", "project_created",
    "project_updated", "project_deleted", "project_archived", "project_restored_archived",
    "worklog_created", "worklog_updated", "worklog_deleted",
    "attachment_created", "attachment_deleted", "jira:version_released", "jira:version_unreleased",
    "jira:version_created", "jira:version_moved", "jira:version_updated", "jira:version_deleted",
    "user_created", "user_updated", "user_deleted", "option_voting_changed",
    "option_watching_changed", "option_unassigned_issues_changed", "option_subtasks_changed",
    "option_attachments_changed", "option_issuelinks_changed", "option_timetracking_changed",
)  # fmt: skip
LOG_LENGTH = 100


@dataclass(slots=True)
class Attempt:
    """One delivery in the log: the last answer and how often it was tried."""

    at: datetime
    event: str
    tries: int = 0
    answer: str = "waiting"
    milliseconds: int = 0


@dataclass(slots=True, eq=False)
class Hook:
    id: int
    name: str
    url: str
    events: tuple[str, ...]
    jql: str = ""
    exclude_body: bool = False
    secret: str = ""
    enabled: bool = True
    owner: User | None = None
    changed: datetime | None = None
    log: deque[Attempt] = field(default_factory=lambda: deque(maxlen=LOG_LENGTH))


def checked(name: object, url: object, events: object) -> tuple[str, str, tuple[str, ...]]:
    """Name, URL and events of a registration. Raises Refusal 400 for what Jira refuses."""
    if not isinstance(name, str) or not name.strip():
        raise Refusal(400, errors={"name": "The webhook name is required."})
    if not isinstance(url, str) or not url.startswith(("http://", "https://")):
        raise Refusal(400, errors={"url": "The webhook URL must be absolute."})
    if not isinstance(events, list) or not all(isinstance(one, str) for one in events):
        raise Refusal(400, errors={"events": "The events must be a list of names."})
    if unknown := [one for one in events if one not in EVENTS]:
        raise Refusal(400, errors={"events": f"Unknown event: {unknown[0]}"})
    return name, url, tuple(events)


class Hooks:
    """Every webhook of one site."""

    def __init__(self, site: Site) -> None:
        self.site = site
        self.known: dict[int, Hook] = {}

    def add(self, hook: Hook) -> Hook:
        self.known[hook.id] = hook
        return hook

    def wanting(self, event: Event) -> list[Hook]:
        """The enabled hooks that asked for the event; JQL filters only issue events."""
        return [
            hook for hook in self.known.values()
            if hook.enabled and event.name in hook.events and self._passes(hook, event)
        ]  # fmt: skip

    def _passes(self, hook: Hook, event: Event) -> bool:
        filtered = event.name in ISSUE_EVENTS or event.name.startswith(("comment_", "issue_prop"))
        if not hook.jql or not filtered or event.issue is None:
            return True
        try:
            return compiled(self.site, hook.owner, hook.jql)(event.issue)
        except Refusal:
            return False  # the project of the filter was deleted: it matches nothing any more
