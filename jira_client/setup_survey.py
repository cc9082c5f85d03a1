"""How a project is set up, as far as an ordinary account may read it: types, screens, boards, links.

A question that failed leaves its part None, which means not known, never missing. A refused login
raises: it concerns the whole connection. `jira_client.setup_findings` says what the findings mean.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-createmeta-projectidorkey-issuetypes-get
Boards: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/
Scopes of boards and sprints: https://developer.atlassian.com/cloud/jira/software/scopes-for-oauth-2-3LO-and-forge-apps/
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from jira_client import own_board
from jira_client.client import JiraClient
from jira_client.errors import (
    AuthenticationRefused,
    CallRefused,
    Invalid,
    JiraError,
    NotFound,
    OAuthProblem,
    PermissionRefused,
)
from jira_client.jql import quote
from jira_client.values import (
    Board,
    FieldInfo,
    FieldMeta,
    IssueType,
    LinkType,
    PermissionState,
    Project,
)

T = TypeVar("T")
MOST_TYPES = 5  # create screens looked at in one project
_HELD = PermissionState.HELD


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the board will write: board word → issue type id, board field → Jira field id, board word →
    name of a link type. `link_ids`: the ids of link types by these names, as far as known.

    Not `mapped`: the maps are empty and the defaults of a mapping are looked at instead.
    """

    mapped: bool = False
    types: Mapping[str, str] = field(default_factory=dict)
    fields: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)
    link_ids: Mapping[str, str] = field(default_factory=dict)
    board_id: int | None = None


@dataclass(frozen=True, slots=True)
class Instance:
    """The fields and link types of the instance; `links`: None unknown, empty where linking is off."""

    fields: tuple[FieldInfo, ...] = ()
    links: tuple[LinkType, ...] | None = None


@dataclass(frozen=True, slots=True)
class Screen:
    """The fields that one issue type offers for creating, or one issue for editing."""

    type: IssueType
    fields: tuple[FieldMeta, ...]


@dataclass(frozen=True, slots=True)
class Survey:
    """What was seen of one project; None is not known.

    `create`: the create screens of the types that the board uses. `edit`: the edit screen of an
    issue; `no_issue` where the project has none to look at. `software` False: no Jira Software.
    `estimation`: the board's estimation field. `sprints`: whether a team-managed board has them.
    `scope_missing`: boards or sprints are not open to the token, whatever the account may.
    """

    types: tuple[IssueType, ...] | None = None
    create: tuple[Screen, ...] | None = None
    edit: Screen | None = None
    no_issue: bool = False
    boards: tuple[Board, ...] | None = None
    software: bool = True
    estimation: str | None = None
    sprints: bool = False
    scope_missing: bool = False


def instance_of(client: JiraClient) -> Instance:
    """The fields and link types of the instance, for all projects: two calls.

    Raises AuthenticationRefused and OAuthProblem alone.
    """
    none: tuple[LinkType, ...] = ()
    return Instance(
        tuple(_tried(client.fields.all) or ()),
        _tried(lambda: tuple(client.links.types()), absent=none),
    )


def survey(
    client: JiraClient, project: Project, wanted: Wanted, states: Mapping[str, PermissionState]
) -> Survey:
    """The set-up of one project: five calls, and one more for each further issue type it looks at.

    What the account lacks the permission for is not asked. Raises AuthenticationRefused and
    OAuthProblem alone.
    """
    may_create = states.get("CREATE_ISSUES") is _HELD
    types = _tried(lambda: tuple(client.fields.create_types(project.key))) if may_create else None
    create = None
    if types is not None:
        used = used_types(types, wanted)
        screens = [_create_screen(client, project, kind) for kind in used]
        create = tuple(one for one in screens if one is not None)
        create = create if len(create) == len(screens) else None
    edit, no_issue = None, False
    if states.get("EDIT_ISSUES") is _HELD:
        edit, no_issue = _edit_screen(client, project)
    asked = _boards(client, project)
    chosen = board_in(asked.boards or (), wanted)
    config = None
    if chosen is not None and chosen.type in ("scrum", "simple"):
        board_id = chosen.id
        config = _tried(lambda: client.boards.configuration(board_id))
    return Survey(
        types=types,
        create=create,
        edit=edit,
        no_issue=no_issue,
        boards=asked.boards,
        software=asked.software,
        estimation=config.estimation_field if config else None,
        sprints=_has_sprints(client, chosen),
        scope_missing=asked.scope_missing,
    )


def used_types(types: Sequence[IssueType], wanted: Wanted) -> list[IssueType]:
    """The types that the board creates: the mapped ones, or else Story, or else the first."""
    standard = [kind for kind in types if not kind.subtask]
    if wanted.mapped:
        ids = set(wanted.types.values())
        return [kind for kind in types if kind.id in ids][:MOST_TYPES]
    stories = [kind for kind in standard if kind.name.lower() == "story"]
    return (stories or standard)[:1]


def board_in(boards: Sequence[Board], wanted: Wanted) -> Board | None:
    """The mapping's board, or else the first with sprints, or else the first; `boards` in order of
    whose they are.
    """
    if wanted.board_id is not None:
        return next((board for board in boards if board.id == wanted.board_id), None)
    order = {"scrum": 0, "simple": 1}
    ranked = sorted(boards, key=lambda board: order.get(board.type, 2))
    return ranked[0] if ranked else None


def _create_screen(client: JiraClient, project: Project, kind: IssueType) -> Screen | None:
    fields = _tried(lambda: tuple(client.fields.create_fields(project.key, kind.id)))
    return Screen(kind, fields) if fields else None


def _edit_screen(client: JiraClient, project: Project) -> tuple[Screen | None, bool]:
    """Of the newest issue, and whether there is none. An empty screen is that issue's own affair:
    its status may forbid editing.
    """
    jql = f"project = {quote(project.key)} ORDER BY created DESC"
    page = _tried(lambda: client.search.page(jql, ("issuetype",), limit=1))
    if page is None or not page.issues:
        return None, page is not None
    issue = page.issues[0]
    kind = issue.fields.get("issuetype") or {}
    named = IssueType(str(kind.get("id", "")), str(kind.get("name", "")))
    fields = _tried(lambda: tuple(client.fields.edit_fields(issue.id)))
    return (Screen(named, fields) if fields else None), False


@dataclass(frozen=True, slots=True)
class _Boards:
    boards: tuple[Board, ...] | None
    software: bool = True
    scope_missing: bool = False


def _boards(client: JiraClient, project: Project) -> _Boards:
    """The boards, and whether the token may see their sprints at all: two scopes of their own."""
    try:
        listed = client.boards.list(project=project.key)
        found = tuple(own_board.in_order(client, project, listed))
        if found and client.auth.sender.api_token:
            client.boards.sprints(found[0].id)
    except CallRefused:
        return _Boards(None, scope_missing=True)
    except (NotFound, PermissionRefused):
        return _Boards(None, software=False)
    except (AuthenticationRefused, OAuthProblem):
        raise
    except Invalid:
        return _Boards(found)  # a board without sprints, which is told apart below
    except JiraError:
        return _Boards(None)
    return _Boards(found)


def _has_sprints(client: JiraClient, board: Board | None) -> bool:
    """Team-managed boards are of type `simple`; only asking tells whether sprints are switched on."""
    if board is None or board.type != "simple":
        return board is not None and board.type == "scrum"
    try:
        client.boards.sprints(board.id)
    except Invalid:
        return False
    except (AuthenticationRefused, OAuthProblem):
        raise
    except JiraError:
        return True  # not known to be without them
    return True


def _tried(work: Callable[[], T], absent: T | None = None) -> T | None:
    """The answer; `absent` where Jira says that there is none; None where it could not be asked."""
    try:
        return work()
    except NotFound:
        return absent
    except (AuthenticationRefused, OAuthProblem):
        raise
    except JiraError:
        return None
