"""Is every team of a PI ready to be planned? Teams by checks, from rows alone: nothing is asked of Jira.

What stands in a row may be some minutes old: sprints are as the last look saw them (`sprint_concord` looks
anew), permissions and screens as the last report.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from django.db.models import Count, OuterRef, Subquery
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.health import truth
from connections.models import Connection, PermissionReport, WebhookState
from connections.models.report import ReportState
from connections.report import report_rows
from planning.models import Iteration, Pi, SprintLink, SyncState, Team, WorkItem
from planning.team_boards import sprints_at
from sync.pairs.sprint_facts import CLOSED
from sync.pi_day.places import Place, places_of, teams_of

PASS, WARNING, FAIL, NOT_CHECKED = "pass", "warning", "fail", "not_checked"
REACH, PERMISSIONS, BOARD, SPRINTS, DATES, SCREENS, PARKED, WEBHOOK = CHECKS = (
    "reach", "permissions", "board", "sprints", "dates", "screens", "parked", "webhook",
)  # fmt: skip
_HEARD: Final = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Check:
    """One check of a team in a project. `mend`: the page that mends it, by its name; empty where
    nothing need be mended.
    """

    name: str
    state: str
    words: str
    mend: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """A team in one of its projects, or without any (`place` is None)."""

    team: Team
    place: Place | None
    checks: tuple[Check, ...]

    @property
    def state(self) -> str:
        """The worst of its checks."""
        order = (FAIL, WARNING, NOT_CHECKED, PASS)
        return min((check.state for check in self.checks), key=order.index)


@dataclass(frozen=True, slots=True)
class _Facts:
    """What the rows say, read once for all places."""

    iterations: Sequence[Iteration]
    sprints: Mapping[tuple[uuid.UUID, uuid.UUID], Mapping[str, int]]
    links: Mapping[tuple[uuid.UUID, int], SprintLink]
    reports: Mapping[tuple[uuid.UUID, str], Mapping[str, Any]]
    stuck: Mapping[tuple[uuid.UUID, uuid.UUID], int]


def readiness(pi: Pi) -> list[Ready]:
    """Each team of the PI in each of its projects, by name; in a fixed number of queries."""
    teams = teams_of(pi)
    places = places_of(teams)
    facts = _facts(pi, places)
    found = [
        Ready(place.team, place, tuple(check(place, facts) for check in _EACH)) for place in places
    ]
    housed = {place.team.pk for place in places}
    found += [
        Ready(team, None, (Check(BOARD, FAIL, _("It has no Jira project yet."), "projects"),))
        for team in teams
        if team.pk not in housed
    ]
    return sorted(found, key=lambda one: one.team.name)


def _facts(pi: Pi, places: Sequence[Place]) -> _Facts:
    today = timezone.localdate()
    ahead = [one for one in pi.iterations.order_by("index") if one.end is None or one.end >= today]
    teams = [place.team.pk for place in places]
    links = SprintLink.objects.filter(team__in=teams, iteration__pi=pi)
    return _Facts(
        iterations=ahead,
        sprints=sprints_at((place.team.pk, place.project.pk) for place in places),
        links={
            (one.team_id, one.sprint_id): one for one in links.select_related("iteration", "team")
        },
        reports=_reports({place.project.connection_id for place in places}),
        stuck=_stuck(teams),
    )


def _reports(connections: set[uuid.UUID]) -> dict[tuple[uuid.UUID, str], Mapping[str, Any]]:
    """Connection and project id → its row in the connection's newest finished report."""
    finished = PermissionReport.objects.filter(state=ReportState.FINISHED, offered=False)
    of_same = finished.filter(connection=OuterRef("connection")).order_by("-created")
    newest = finished.filter(connection__in=connections, pk=Subquery(of_same.values("pk")[:1]))
    return {
        (connection, str(row.get("id"))): row
        for connection, rows in newest.values_list("connection_id", "rows")
        for row in rows
    }


def _stuck(teams: Sequence[uuid.UUID]) -> dict[tuple[uuid.UUID, uuid.UUID], int]:
    rows = WorkItem.objects.live().filter(
        team__in=teams, sync_state__in=(SyncState.PARKED, SyncState.CONFLICT, SyncState.GONE)
    )
    counted = rows.order_by().values_list("team", "project").annotate(count=Count("pk"))
    return {(team, project): count for team, project, count in counted if project}


def _reach(place: Place, facts: _Facts) -> Check:
    stands = truth.of_project(place.project)
    if stands.moves:
        return Check(REACH, PASS, _("Both ways"))
    state = WARNING if stands.reads or stands.writes else FAIL
    return Check(REACH, state, stands.short or stands.words, "connection")


def _permissions(place: Place, facts: _Facts) -> Check:
    row = facts.reports.get((place.project.connection_id, place.project.remote_id))
    if row is None:
        return Check(PERMISSIONS, NOT_CHECKED, _("Not looked at yet"), "permissions")
    missing = report_rows.required_missing(dict(row))
    if missing:
        words = ngettext("%(n)d is missing", "%(n)d are missing", len(missing))
        return Check(PERMISSIONS, FAIL, words % {"n": len(missing)}, "permissions")
    if report_rows.required_unknown(dict(row)):
        return Check(PERMISSIONS, WARNING, _("Not all are known"), "permissions")
    return Check(PERMISSIONS, PASS, _("All held"))


def _board(place: Place, facts: _Facts) -> Check:
    if place.board_id is not None:
        return Check(BOARD, PASS, _("Chosen"))
    if place.on_purpose:
        return Check(BOARD, PASS, _("No sprints here"))
    return Check(BOARD, FAIL, _("None is chosen"), "board")


def _sprints(place: Place, facts: _Facts) -> Check:
    if place.board_id is None:
        return Check(SPRINTS, PASS if place.on_purpose else NOT_CHECKED, "–")
    known = facts.sprints.get((place.team.pk, place.project.pk), {})
    lacking = [one for one in facts.iterations if str(one.pk) not in known]
    if not lacking:
        return Check(SPRINTS, PASS, _("All there"))
    words = ngettext("%(n)d missing", "%(n)d missing", len(lacking))
    return Check(SPRINTS, FAIL, words % {"n": len(lacking)}, "concord")


def _dates(place: Place, facts: _Facts) -> Check:
    if place.board_id is None:
        return Check(DATES, PASS if place.on_purpose else NOT_CHECKED, "–")
    known = facts.sprints.get((place.team.pk, place.project.pk), {})
    ahead = {str(one.pk) for one in facts.iterations}
    mine = [
        link
        for iteration, sprint in known.items()
        if iteration in ahead and (link := facts.links.get((place.team.pk, sprint)))
    ]
    if facts.iterations and not mine:
        return Check(DATES, NOT_CHECKED, "–")
    unseen = [link for link in mine if link.observed is None]
    wrong = [link for link in mine if link.drift or link.sprint_state == CLOSED]
    if wrong:
        words = ngettext("%(n)d sprint differs", "%(n)d sprints differ", len(wrong))
        return Check(DATES, WARNING, words % {"n": len(wrong)}, "concord")
    if unseen:
        return Check(DATES, NOT_CHECKED, _("Not looked at yet"), "concord")
    return Check(DATES, PASS, _("Equal"))


def _screens(place: Place, facts: _Facts) -> Check:
    row = facts.reports.get((place.project.connection_id, place.project.remote_id))
    if row is None or not row.get("setup"):
        return Check(SCREENS, NOT_CHECKED, _("Not looked at yet"), "permissions")
    found = report_rows.obstacles_of(dict(row))
    if found:
        words = ngettext("%(n)d thing does not fit", "%(n)d things do not fit", len(found))
        return Check(SCREENS, WARNING, words % {"n": len(found)}, "fields")
    return Check(SCREENS, PASS, _("All fit"))


def _parked(place: Place, facts: _Facts) -> Check:
    count = facts.stuck.get((place.team.pk, place.project.pk), 0)
    if not count:
        return Check(PARKED, PASS, _("Nothing"))
    words = ngettext("%(n)d item waits", "%(n)d items wait", count)
    return Check(PARKED, FAIL, words % {"n": count}, "parked")


def _webhook(place: Place, facts: _Facts) -> Check:
    connection: Connection = place.project.connection
    seen = connection.webhook_seen
    if connection.webhook_state == WebhookState.SILENT:
        return Check(WEBHOOK, WARNING, _("Silent: polled instead"), "webhook")
    if seen is not None and timezone.now() - seen < _HEARD:
        return Check(WEBHOOK, PASS, _("Heard today"))
    return Check(WEBHOOK, WARNING, _("Not heard today: polled"), "webhook")


_EACH = (_reach, _permissions, _board, _sprints, _dates, _screens, _parked, _webhook)
