"""Which projects of a report have their set-up looked at, and what is kept of it.

Looking takes half a dozen calls a project, so a large report looks at some and keeps what was seen
of the others before, with its time; the ones seen longest ago come first. It must not judge.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from connections.access import told_scopes
from connections.models import Connection, MappedProject, PermissionReport, ReportState
from jira_client import setup_findings, setup_survey
from jira_client.client import JiraClient
from jira_client.resources.caller import side_by_side
from jira_client.setup_findings import Context
from jira_client.setup_survey import Survey, Wanted
from jira_client.values import PermissionState, Project

MOST = 50  # projects looked at in one report
REMEMBERED = 10  # reports whose findings are kept where a project is not looked at
Setup = dict[str, Any]
States = Mapping[str, PermissionState]


def earlier(connection: Connection) -> dict[str, Setup]:
    """Project id → what was last seen of its set-up, in the newest reports."""
    reports = PermissionReport.objects.filter(
        connection=connection, state=ReportState.FINISHED, offered=False
    ).order_by("-created")
    found: dict[str, Setup] = {}
    for report in reports[:REMEMBERED]:
        for row in report.rows:
            if row.get("setup"):
                found.setdefault(row["id"], row["setup"])
    return found


def chosen(
    connection: Connection,
    projects: Sequence[Project],
    states: Mapping[str, States],
    before: Mapping[str, Setup],
) -> list[Project]:
    """Those to look at now: mapped ones first, then those not seen yet or seen longest ago."""
    mapped = set(connection.projects.values_list("remote_id", flat=True))
    seen = [
        one
        for one in projects
        if states.get(one.id, {}).get("BROWSE_PROJECTS") is PermissionState.HELD
    ]
    seen.sort(key=lambda one: (one.id not in mapped, before.get(one.id, {}).get("at", "")))
    return seen[:MOST]


def look(
    client: JiraClient,
    connection: Connection,
    account: str,
    projects: Sequence[Project],
    states: Mapping[str, States],
    *,
    now: datetime,
    progress: Callable[[int], None],
) -> dict[str, Setup]:
    """Project id → its set-up, several projects side by side. Raises what a refused login raises."""
    if not projects:
        return {}
    instance = setup_survey.instance_of(client)
    mapped: dict[str, list[MappedProject]] = {}
    for row in connection.projects.order_by("created", "pk"):
        mapped.setdefault(row.remote_id, []).append(row)
    told = told_scopes.of(connection)
    contexts = [
        Context(account, one, _wanted(mapped.get(one.id, ())), instance, states[one.id], told)
        for one in projects
    ]

    def one(context: Context) -> Survey:
        return setup_survey.survey(client, context.project, context.wanted, context.states)

    found: dict[str, Setup] = {}
    for context, survey in zip(contexts, side_by_side(client, one, contexts), strict=True):
        found[context.project.id] = {
            "at": now.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            **_facts(survey, context),
        }
        progress(len(found))
    return found


def _wanted(mappings: Sequence[MappedProject]) -> Wanted:
    """What all mappings of the project want of it; of what two call the same, the older one's."""
    if not mappings:
        return Wanted()
    eldest_last = list(reversed(mappings))
    return Wanted(
        mapped=True,
        types=_together(one.type_map for one in eldest_last),
        fields=_together(one.field_map for one in eldest_last),
        links=_together(_links(one) for one in eldest_last),
        link_ids=_together(one.facts.get("link_types", {}) for one in eldest_last),
        board_id=next((one.board_id for one in mappings if one.board_id is not None), None),
    )


def _together(maps: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    return {word: value for one in maps for word, value in one.items()}


def _links(mapping: MappedProject) -> dict[str, str]:
    """Whatever names a link type of Jira, by something that tells it apart."""
    ruled = {" ".join(rule[name] for name in ("from", "word", "to")): rule["link_type"]
             for rule in mapping.link_rules}  # fmt: skip
    return ruled | mapping.link_map


def _facts(survey: Survey, context: Context) -> Setup:
    return {
        "mapped": context.wanted.mapped,
        "screens": _screens(survey, context),
        "board": _board(survey, context),
        "obstacles": [
            {
                "operations": list(one.operations),
                "state": one.state.value,
                "message": one.message,
                "text": one.text,
            }
            for one in setup_findings.find(survey, context)
        ],
    }


def _screens(survey: Survey, context: Context) -> dict[str, Any]:
    """`create`: per issue type the names of fields that are not on it, and of those it demands."""
    wanted = setup_findings.wanted_fields(survey, context)
    names = {info.id: info.name for info in context.instance.fields}

    def lacking(screen: setup_survey.Screen) -> list[str]:
        return [names.get(id, id) for id in setup_findings.off_screen(screen, wanted).values()]

    create, edit = survey.create, survey.edit
    return {
        "state": "known" if create is not None and (edit or survey.no_issue) else "unknown",
        "types": None if survey.types is None else [kind.name for kind in survey.types],
        "create": None
        if create is None
        else [
            {
                "type": screen.type.name,
                "missing": lacking(screen),
                "demanded": [meta.name for meta in setup_findings.unfilled(screen, wanted)],
            }
            for screen in create
        ],
        "edit": {"type": edit.type.name, "missing": lacking(edit)} if edit else None,
    }


def _board(survey: Survey, context: Context) -> dict[str, Any]:
    if not survey.software:
        return {"state": "missing", "name": "", "type": "", "software": False}
    if survey.boards is None:
        return {"state": "unknown", "name": "", "type": "", "software": True}
    board = setup_survey.board_in(survey.boards, context.wanted)
    return {
        "state": "held" if survey.sprints else "missing",
        "id": board.id if board else None,
        "name": board.name if board else "",
        "type": board.type if board else "",
        "software": True,
    }
