"""The words the core speaks: board fields, mapping rules, and what an issue says in those words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

from jira_client.values import Attachment, Comment
from sync.core.kinds import CUSTOM
from sync.core.links import LinkRule, LinkTable
from sync.core.teams import TeamSource

# Board fields whose agreed value a pair keeps. A rank is told by its neighbours and never compared; the
# type only ever comes from Jira.
TWO_WAY: Final = (
    "summary",
    "description",
    "status",
    "story_points",
    "wsjf",
    "assignee",
    "reporter",
    "labels",
    "priority",
    "parent",
    "iteration",
    "team",
    "fix_versions",
    "components",
    "start_date",
    "due_date",
    "original_estimate",
    "remaining_estimate",
    "flagged",
)
NUMBERS: Final = ("story_points", "wsjf")
NAMES: Final = ("fix_versions", "components")  # lists of names, in no order
DATES: Final = ("start_date", "due_date")
ESTIMATES: Final = {
    "original_estimate": "originalEstimate",
    "remaining_estimate": "remainingEstimate",
}
FLAG: Final = "flagged"
IMPEDIMENT: Final = "Impediment"  # the choice of the flag, as Jira makes it
TIME_TRACKING: Final = "timetracking"  # the field of Jira in which both estimates are written
PARENT: Final = "parent"  # Jira's field, and the way of naming a parent by it
EPIC_LINK: Final = "epic_link"  # the other way: the parent's key in a custom field

# Why a mapped field of an issue that was read is not known.
ABSENT: Final = "absent"  # Jira left it out: there is no such field for this issue, or it is hidden
DOCUMENT: Final = "document"  # rich text as a document, of which nothing is made

Values = Mapping[str, Any]
EMPTY: Final[tuple[Any, ...]] = (None, "", [])  # what holds nothing


def may_come_later(name: str) -> bool:
    """Whether it names a field that a person may add to a mapping whose items have values there already,
    on either side.
    """
    later = (*NAMES, *DATES, *ESTIMATES, FLAG)
    return name in later or name.startswith(CUSTOM)


def is_compared(name: str) -> bool:
    """Whether it names a field whose agreed value a pair keeps."""
    return name in TWO_WAY or name.startswith(CUSTOM)


def _inverse(words: Mapping[str, str]) -> dict[str, str]:
    """Jira's id → the board's word; where two words share an id, the first one given."""
    back: dict[str, str] = {}
    for word, remote in words.items():
        back.setdefault(str(remote), word)
    return back


@dataclass(frozen=True, slots=True)
class Rules:
    """How one Jira project is mapped. Keys are the board's words, values Jira's ids.

    `types`: board type → issue type id. `fields`: board field → field id; a field that is not in it
    is not synced. `statuses`: board status → status id. `links`: board link word → Jira link type
    name, `link_rules` what goes before that between certain types, and `link_ids` the ids of link types
    by those names. `parent_style`: "parent" (a
    reference) or "epic_link" (the key as text). `subtasks`: board types that are sub-tasks in Jira.
    `above`: board types that name their parent in the field `parent_link` instead of an Epic Link: epics
    and what is above them, in Advanced Roadmaps for Data Center.
    `team`: where issues say their team; `fields` holds that field under *team* then.
    `transition_defaults`: board status → {field id: value} for what a step there asks for.
    `kinds`: field of the customer's choice → its kind (`sync.core.kinds`). `directions`: field →
    “from_jira” or “to_jira” (`sync.core.field_directions`); the others go both ways. `flag`: the choice
    that is set where an item is flagged. `comments`: the issues' comments are read; `attachments`: what
    they have of files.
    """

    project_id: str
    project_key: str
    types: Mapping[str, str]
    fields: Mapping[str, str]
    statuses: Mapping[str, str]
    links: Mapping[str, str]
    parent_style: str = "parent"
    subtasks: frozenset[str] = frozenset()
    parent_link: str = ""
    above: frozenset[str] = frozenset()
    person_key: str = "accountId"
    transition_defaults: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    team: TeamSource = field(default_factory=TeamSource)
    link_rules: tuple[LinkRule, ...] = ()
    link_ids: Mapping[str, str] = field(default_factory=dict)
    kinds: Mapping[str, str] = field(default_factory=dict)
    directions: Mapping[str, str] = field(default_factory=dict)
    flag: str = IMPEDIMENT
    comments: bool = False
    attachments: bool = False
    # The way back, Jira's id → the board's word; made once, since every issue of a batch asks.
    type_words: Mapping[str, str] = field(init=False, compare=False, repr=False)
    status_words: Mapping[str, str] = field(init=False, compare=False, repr=False)
    link_table: LinkTable = field(init=False, compare=False, repr=False)
    # Board field → Jira's, of those whose agreed value a pair keeps
    compared: Mapping[str, str] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "type_words", _inverse(self.types))
        every = {"status": "status", **self.fields}
        kept = {name: remote for name, remote in every.items() if is_compared(name)}
        object.__setattr__(self, "compared", {**kept, "status": "status"})
        object.__setattr__(self, "status_words", _inverse(self.statuses))
        object.__setattr__(
            self, "link_table", LinkTable(self.links, self.link_rules, self.link_ids)
        )

    @property
    def read_fields(self) -> tuple[str, ...]:
        """The Jira fields to ask for: the mapped ones and what identifies an issue, no more."""
        always = ("project", "issuetype", "status", "created", "updated", "issuelinks")
        mapped = tuple(name for name in self.fields.values() if name not in always)
        mapped += ("comment",) if self.comments else ()
        mapped += ("attachment",) if self.attachments else ()
        return tuple(dict.fromkeys((*always, *mapped, *self.parent_fields)))

    @property
    def parent_fields(self) -> tuple[str, ...]:
        """Where issues name their parent. With Epic Links, sub-tasks do so in a field of their own, and
        what is above stories in another.
        """
        if "parent" not in self.fields:
            return ()
        below = (PARENT,) if self.subtasks else ()
        return (self.fields["parent"], *below, *((self.parent_link,) if self.above else ()))

    @property
    def never_told(self) -> frozenset[str]:
        """The board fields that Jira alone may say, so that nothing of them is sent."""
        return frozenset(name for name, way in self.directions.items() if way == "from_jira")

    def of_type(self, word: str | None) -> Rules:
        """The rules for items of this board type: no Epic Link says the parent of a sub-task or an epic."""
        if self.parent_style == PARENT or "parent" not in self.fields:
            return self
        if word in self.above:
            return replace(self, fields={**self.fields, "parent": self.parent_link})
        if word not in self.subtasks:
            return self
        return replace(self, parent_style=PARENT, fields={**self.fields, "parent": PARENT})


@dataclass(frozen=True, slots=True)
class Lookups:
    """What Jira's references are on the board: sprint id → iteration id, issue id or key → item id."""

    iterations: Mapping[int, str] = field(default_factory=dict)
    items: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SeenLink:
    """A link as one of its issues lists it, by Jira's ids and its link type's id and name.

    What it is on the board is decided where the types of both ends are known (`sync.inbound.issue_links`).
    """

    remote_id: str
    type_id: str
    link_type: str
    source_id: str
    target_id: str


@dataclass(frozen=True, slots=True)
class Seen:
    """One issue as one read saw it, in the board's words.

    `values` holds only fields that Jira answered; `untold` the mapped ones that it did not, or not in a
    form that is understood: of these nothing is known. `refs`: what it points at, by Jira's ids, since the
    board may not know it yet. `names`: words for people that are not compared.
    """

    remote_id: str
    remote_key: str
    type: str | None  # None: an issue type that is not mapped
    values: Values
    refs: Mapping[str, Any]
    names: Mapping[str, str]
    links: tuple[SeenLink, ...] = ()
    operation: str = ""  # our own create's mark, where the issue carries one
    unknown: Mapping[str, str] = field(default_factory=dict)  # field → Jira's value, not understood
    untold: Mapping[str, str] = field(default_factory=dict)  # field → ABSENT or DOCUMENT
    comments: tuple[Comment, ...] | None = None  # None: not asked for, or hidden
    attachments: tuple[Attachment, ...] | None = None  # the same
