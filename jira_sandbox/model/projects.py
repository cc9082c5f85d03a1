"""Projects, issue types, statuses and the workflow. It must not know issues.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-projects/
"""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class IssueType:
    id: str
    name: str
    description: str
    level: int

    @property
    def subtask(self) -> bool:
        return self.level < 0


@dataclass(frozen=True, slots=True)
class Status:
    id: str
    name: str
    category: str


@dataclass(frozen=True, slots=True)
class Named:
    """A priority or a resolution."""

    id: str
    name: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class LinkType:
    id: str
    name: str
    inward: str
    outward: str


@dataclass(frozen=True, slots=True)
class Transition:
    """`required` are the fields its screen demands; `sources` the statuses it starts from, none for
    a global one.
    """

    id: str
    name: str
    to: str
    required: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Version:
    id: str
    name: str
    project_id: int
    description: str = ""
    start_date: str | None = None
    release_date: str | None = None
    released: bool = False
    archived: bool = False


@dataclass(slots=True, eq=False)
class Component:
    id: str
    name: str
    project_id: int
    description: str = ""
    lead: str | None = None


@dataclass(slots=True, eq=False)
class Project:
    """A project with its screens: `hidden_fields` are known to Jira but not on its screens.

    `without`: issue type id, or "*" for all → fields that have no context there: they are on no
    screen, and issues are told without them. `demanded`: fields that a create must give.
    `simplified`: team-managed, as Cloud calls it. `one_screen`: types above epics have the screen of
    stories, with an Epic Link that Jira then refuses, as where nobody gave them one of their own.
    """

    id: int
    key: str
    name: str
    lead: str
    type_ids: tuple[str, ...]
    transitions: dict[str, Transition] = field(default_factory=dict)
    next_number: int = 1
    archived: bool = False
    old_keys: list[str] = field(default_factory=list)
    hidden_fields: set[str] = field(default_factory=set)
    versions: dict[str, Version] = field(default_factory=dict)
    components: dict[str, Component] = field(default_factory=dict)
    members: dict[str, list[str]] = field(default_factory=dict)
    """User names by role id (as text, for the state file)."""
    without: dict[str, list[str]] = field(default_factory=dict)
    demanded: list[str] = field(default_factory=list)
    simplified: bool = False
    one_screen: bool = False
    service: bool = False
    """Of Jira Service Management."""

    def lacks(self, field_id: str, type_id: str) -> bool:
        if not self.without:
            return False
        return any(field_id in self.without.get(one, ()) for one in (type_id, "*"))

    def join(self, role: int, user: str) -> None:
        members = self.members.setdefault(str(role), [])
        if user not in members:
            members.append(user)

    def leave(self, role: int, user: str) -> None:
        members = self.members.get(str(role), [])
        if user in members:
            members.remove(user)


ISSUE_TYPES = (
    IssueType("10000", "Feature", "A service that fulfils a stakeholder need within a PI.", 1),
    IssueType("10006", "Epic", "A big user story that needs to be broken down.", 1),
    IssueType("10001", "Story", "Functionality or a feature expressed as a user goal.", 0),
    IssueType("10002", "Task", "A small, distinct piece of work.", 0),
    IssueType("10004", "Bug", "A problem or error.", 0),
    IssueType("10005", "Enabler", "Work that makes later business features possible.", 0),
    IssueType("10007", "Risk", "Something that may endanger the plan.", 0),
    IssueType("10003", "Sub-task", "A small piece of work that is part of a larger task.", -1),
)

STATUSES = (
    Status("10000", "To Do", "new"),
    Status("3", "In Progress", "indeterminate"),
    Status("10001", "In Review", "indeterminate"),
    Status("10002", "Done", "done"),
    Status("10003", "Rejected", "done"),
)

CATEGORIES = {
    "undefined": (1, "medium-gray", "No Category"),
    "new": (2, "blue-gray", "To Do"),
    "done": (3, "green", "Done"),
    "indeterminate": (4, "yellow", "In Progress"),
}

WORKFLOW = (
    Transition("11", "To Do", "10000"),
    Transition("21", "Start Progress", "3"),
    Transition("31", "Ask for Review", "10001"),
    Transition("41", "Done", "10002"),
    Transition("51", "Reject", "10003", ("resolution",)),
)

PRIORITIES = tuple(
    Named(str(number), name)
    for number, name in enumerate(("Highest", "High", "Medium", "Low", "Lowest"), 1)
)

RESOLUTIONS = (
    Named("10000", "Done", "Work has been completed."),
    Named("10001", "Won't Do", "This work won't be done."),
    Named("10002", "Duplicate", "The problem is a duplicate of an existing one."),
)

LINK_TYPES = (
    LinkType("10000", "Blocks", "is blocked by", "blocks"),
    LinkType("10001", "Cloners", "is cloned by", "clones"),
    LinkType("10002", "Duplicate", "is duplicated by", "duplicates"),
    LinkType("10003", "Relates", "relates to", "relates to"),
)
