"""Comparing permission reports with each other, and two accounts; and the text for the Jira admin.

Reads what was observed. It asks Jira nothing: the account that waits for confirmation is asked by a
report of its own, taken in the background like every other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from accounts.models import User
from connections.models import Connection, Health, PermissionReport, ReportState, SecretField
from connections.report import last_looks, permission_report, report_rows
from connections.report.last_looks import Look
from jira_client.requirements import ALSO, CATALOGUE, OPERATIONS
from jira_client.values import PermissionState

_HELD, _MISSING, _UNKNOWN = (
    PermissionState.HELD,
    PermissionState.MISSING,
    PermissionState.UNKNOWN,
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is not as it was at the last look: a permission or what the board will do."""

    project: str
    name: str
    before: str
    after: str
    since: datetime | None  # when the project was looked at last

    @property
    def lost(self) -> bool:
        return self.before == _HELD and self.after == _MISSING


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was seen before of a report's projects, each as it was looked at last."""

    looks: Mapping[str, Look]

    @property
    def compared(self) -> int:
        return len(self.looks)

    @property
    def since(self) -> datetime | None:
        """The oldest of the looks that the report is held against."""
        return min((one.at for one in self.looks.values() if one.at), default=None)


def previous(report: PermissionReport) -> Earlier | None:
    """Project by project the last look before this report, whichever report took it; None: no project
    of it was ever looked at before."""
    looks = last_looks.before(report)
    return Earlier(looks) if looks else None


def changes_since(report: PermissionReport, before: Earlier | None) -> list[Difference]:
    """What the account gained and lost in each project since the last look at it."""
    found = []
    for row in report.rows if before else ():
        look = before.looks.get(row["key"]) if before else None
        if look is None or report_rows.same(look.row, row):
            continue
        was, now = report_rows.lines_of(look.row), report_rows.lines_of(row)
        found += [
            Difference(row["key"], name, was[name].value, state.value, look.at)
            for name, state in now.items()
            if name in was and was[name] is not state
        ]
        found += _turned(look, row)
    return found


def _turned(look: Look, row: report_rows.Row) -> list[Difference]:
    """Operations that a screen, a type or a board turned, where both looks were at them."""
    then = look.row
    if not (then.get("setup") and row.get("setup")):
        return []
    was = {name for one in report_rows.obstacles_of(then) if one.state is _MISSING
           for name in one.operations}  # fmt: skip
    now = {name for one in report_rows.obstacles_of(row) if one.state is _MISSING
           for name in one.operations}  # fmt: skip
    names = {one.code: one.name for one in OPERATIONS}
    return [
        Difference(row["key"], names[code], states[0].value, states[1].value, look.at)
        for codes, states in ((now - was, (_HELD, _MISSING)), (was - now, (_MISSING, _HELD)))
        for code in sorted(codes)
    ]


def missing(report: PermissionReport) -> dict[str, list[str]]:
    """Project key → names of required permissions that it lacks."""
    found = {row["key"]: report_rows.required_missing(row) for row in report.rows}
    return {key: names for key, names in found.items() if names}


def unknown(report: PermissionReport) -> list[str]:
    """Keys of projects of which Jira did not tell every required permission."""
    return [row["key"] for row in report.rows if report_rows.required_unknown(row)]


def blocked(report: PermissionReport) -> dict[str, int]:
    """Project key → how many things will not work for another reason than a permission."""
    found = {row["key"]: report_rows.blocked(row) for row in report.rows}
    return {key: number for key, number in found.items() if number}


def archived(report: PermissionReport) -> list[str]:
    """Keys of projects that are archived in Jira."""
    return [row["key"] for row in report.rows if report_rows.is_archived(row)]


def text_for_admin(report: PermissionReport) -> str:
    """Everything to ask the Jira admin for, in one text; empty where nothing is missing."""
    lines = [line for line in (_lacking(row) for row in report.rows) if line]
    more = [one.text for row in report.rows for one in report_rows.obstacles_of(row) if one.text]
    more += [
        f"{row['key']} ({row['name']}) is archived in Jira: please restore it, or tell us that it stays so."
        for row in report.rows
        if report_rows.is_archived(row)
    ]
    who = report.account_name or "the service user"
    parts = []
    if lines:
        parts = [
            f"Please add {who} to a role that holds these permissions in "
            f"{report.connection.base_url}: Project settings → People → “Add people”. Which roles "
            "hold a permission is shown under Project settings → Permissions; a new grant is made "
            "there by Actions → “Edit permissions” → “Grant permission”.",
            *lines,
        ]
    return "\n".join([*parts, *dict.fromkeys(more)])


def _lacking(row: report_rows.Row) -> str:
    if report_rows.is_archived(row):
        return ""
    states = report_rows.states_of(row)
    names = []
    for line in (*CATALOGUE, *ALSO):
        if states.get(line.key) is _MISSING:
            names.append(f"{line.name} ({line.key}, {line.need})")
        if line.part is not None and states.get(line.part.key) is _MISSING:
            names.append(f"{line.part.name} ({line.part.key}, {line.need})")
    return f"{row['key']} ({row['name']}): {', '.join(names)}" if names else ""


@dataclass(frozen=True, slots=True)
class Accounts:
    """Two accounts side by side. `was` None: the account in use could not be asked."""

    was: PermissionReport | None
    now: PermissionReport

    @property
    def running(self) -> PermissionReport | None:
        """The report that is not final yet."""
        going = (ReportState.WAITING, ReportState.RUNNING)
        return next((one for one in (self.now, self.was) if one and one.state in going), None)


def accounts_of(connection: Connection) -> Accounts | None:
    """The comparison for the credential that waits now; None: it was not asked for yet."""
    since = _waiting_since(connection)
    reports = connection.reports.order_by("-created")
    now = reports.filter(offered=True, created__gte=since).first() if since else None
    if now is None or since is None:
        return None
    mine = reports.filter(offered=False, created__lte=now.created)
    asked = mine.filter(created__gte=since).exclude(state=ReportState.FAILED).first()
    known = mine.filter(state=ReportState.FINISHED, account_id=connection.account_id)
    return Accounts(asked or known.first(), now)


def compare_accounts(connection: Connection, *, actor: User | None) -> list[PermissionReport]:
    """Ask for both sides of the comparison, in the background. The new reports; hint their takers.

    A stopped connection's own account is not asked: Jira would refuse it once more. What was last
    seen of it stands in.
    """
    stopped = connection.health == Health.STOPPED
    asked = [] if stopped else [permission_report.request(connection, (), actor=actor)]
    return [*asked, permission_report.request(connection, (), actor=actor, offered=True)]


def side_by_side(both: Accounts) -> list[dict[str, Any]]:
    """Project by project, those that differ first: `[{"key", "name", "differs", "permissions":
    [{"name", "need", "was", "now"}], "operations": [{"name", "was", "now"}]}]`.

    A side that could not be asked is unknown throughout.
    """
    then = {row["key"]: row for row in both.was.rows} if both.was else {}
    rows = [_beside(then.get(row["key"]), row) for row in both.now.rows]
    return sorted(rows, key=lambda row: (not row["differs"], row["key"]))


def _beside(then: report_rows.Row | None, row: report_rows.Row) -> dict[str, Any]:
    was, now = report_rows.lines_of(then) if then else {}, report_rows.lines_of(row)
    permissions = [
        {
            "name": line.name,
            "need": line.need,
            "was": was.get(line.name, _UNKNOWN).value,
            "now": now[line.name].value,
        }
        for line in (*CATALOGUE, *ALSO)
    ]
    # Screens and boards are the project's, not the account's: by permissions alone.
    before = _works(then)
    operations = [
        {"name": name, "was": before.get(name, _UNKNOWN.value), "now": state}
        for name, state in _works(row).items()
    ]
    return {
        "key": row["key"],
        "name": row["name"],
        "permissions": permissions,
        "operations": operations,
        "differs": any(cell["was"] != cell["now"] for cell in permissions),
    }


def _works(row: report_rows.Row | None) -> dict[str, str]:
    if row is None:
        return {}
    found = report_rows.judged({**row, "setup": None}, "").operations
    return {one.name: one.state.value for one in found}


def lost_and_gained(rows: Sequence[dict[str, Any]]) -> tuple[int, int]:
    """How many permissions the other account lacks, and how many it holds in addition."""
    cells = [(cell["was"], cell["now"]) for row in rows for cell in row["permissions"]]
    return (
        sum((was, now) == (_HELD, _MISSING) for was, now in cells),
        sum((was, now) == (_MISSING, _HELD) for was, now in cells),
    )


def _waiting_since(connection: Connection) -> datetime | None:
    fields = (SecretField.PENDING, SecretField.SECOND)
    sealed = connection.secrets.filter(field__in=fields).order_by("field").first()  # pending first
    return sealed.updated if sealed else None
