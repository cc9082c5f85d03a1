"""What Jira says of a project before and while it is mapped: metadata, read and never stored here."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from almconnect.lib.api import Refused
from jira_client import own_board
from jira_client.client import JiraClient
from jira_client.errors import NOT_TOLD, CallRefused, Invalid, NotFound
from jira_client.jql import NotAClause, check_clause, quote
from jira_client.values import Board, FieldInfo, LinkType, Project
from sync.core.propose import Metadata, Proposal
from sync.pairs import hierarchy
from sync.pairs.create_screens import CreateScreens
from sync.pairs.hierarchy import Known
from sync.pairs.new_types import SEEN


def find_project(jira: JiraClient, key: str) -> Project:
    """By key or id. Raises Refused: 404 where the account does not see it, 409 where it is archived."""
    try:
        found = jira.projects.get(key)
    except NotFound as error:
        raise Refused(
            f"The account does not see a project “{key}” in Jira. Check the key, or ask a Jira admin "
            "to give it “Browse Projects” there.",
            code="project_not_found",
            status=404,
            fields={"project_key": ["No such project is visible to the account."]},
        ) from error
    if found.archived:
        raise Refused(
            f"{found.key} is archived in Jira, so it can only be read: restore it there, or do not map it.",
            code="archived",
            status=409,
            fields={"project_key": ["The project is archived in Jira."]},
        )
    return found


def prove_filter(jira: JiraClient, project: Project, jql: str) -> None:
    """Raises Refused (422) with Jira's own reason where it does not take the filter, and with ours where
    a part of it would stand outside of the brackets that keep it to this project.
    """
    try:
        check_clause(jql)
    except NotAClause as problem:
        raise Refused(
            f"This filter cannot be used: {problem}",
            code="filter_invalid",
            fields={"jql": [str(problem)]},
        ) from problem
    try:
        jira.search.page(f"project = {quote(project.key)} AND ({jql})", ("id",), limit=1)
    except Invalid as error:
        why = " ".join(error.messages) or str(error)
        raise Refused(
            f"Jira does not accept the filter: {why}", code="filter_invalid", fields={"jql": [why]}
        ) from error


class SiteWide:
    """What is one for all projects of a Jira, each asked for once by whoever reads many of them."""

    def __init__(self, jira: JiraClient) -> None:
        self._jira = jira
        self._fields: list[FieldInfo] | None = None
        self._links: list[LinkType] | None = None

    def fields(self) -> list[FieldInfo]:
        """Raises JiraError."""
        if self._fields is None:
            self._fields = self._jira.fields.all()
        return self._fields

    def links(self) -> list[LinkType]:
        """Raises JiraError; empty where issue linking is switched off."""
        if self._links is None:
            self._links = link_types(self._jira)
        return self._links


def read_metadata(jira: JiraClient, project: Project, site: SiteWide | None = None) -> Metadata:
    """Half a dozen calls, two less where `site` has been asked before. What the instance lacks (links,
    Jira Software) is left out, not an error.
    """
    site = site or SiteWide(jira)
    boards = boards_of(jira, project)
    board = own_board.with_sprints(jira, project, boards)
    estimating = board or next((one for one in boards if own_board.is_its(one, project)), None)
    estimation = estimation_of(jira, estimating) if estimating is not None else None
    statuses = jira.projects.statuses(project.key)
    return Metadata(
        types=jira.projects.issue_types(project.id),
        statuses=[status for some in statuses.values() for status in some],
        fields=site.fields(),
        links=site.links(),
        boards=boards,
        estimation_field=estimation,
        parent_style=jira.flavour.parent_style,
        team_managed=project.style == "next-gen",
        board=board,
    )


def boards_of(jira: JiraClient, project: Project) -> list[Board]:
    """The boards that show the project, its own first. Raises JiraError."""
    try:
        return own_board.in_order(jira, project, jira.boards.list(project=project.key))
    except NOT_TOLD:
        return []  # no Jira Software, or no scope for it: then there are no sprints either


def _estimation(jira: JiraClient, board: Board) -> str | None:
    try:
        return jira.boards.configuration(board.id).estimation_field
    except CallRefused:
        return None  # a scope of its own; the mapping can name the field by hand


def estimation_of(jira: JiraClient, board: Board) -> str | None:
    """The field by which the board estimates; None where it says none, or not to this account."""
    try:
        return jira.boards.configuration(board.id).estimation_field
    except NOT_TOLD:
        return None


def link_types(jira: JiraClient) -> list[LinkType]:
    """Raises JiraError; empty where issue linking is switched off."""
    try:
        return jira.links.types()
    except NOT_TOLD:
        return []


def facts_of(
    jira: JiraClient, screens: CreateScreens, data: Metadata, proposal: Proposal, known: Known
) -> dict[str, Any]:
    """MappedProject.facts of a new mapping. `known`: what the other mapped projects know of types."""
    return {
        "parent_style": jira.flavour.parent_style,
        "person_key": jira.flavour.person_key,
        "statuses": {
            name: {"id": proposal.statuses[name], "category": category}
            for name, category in proposal.categories.items()
        },
        **hierarchy.facts_of(jira, screens, data.types, data.fields, known),
        SEEN: [one.id for one in data.types],
        "link_types": {one.name: one.id for one in data.links},
        "proposed_at": timezone.now().isoformat(),
    }
