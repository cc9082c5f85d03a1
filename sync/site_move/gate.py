"""What a move to another Jira is refused for: before it is planned, confirmed, or carried out.

Each refusal has a code and a sentence that says what to do. Asks rows, and each Jira who it is; changes
nothing.
"""

from __future__ import annotations

import hashlib
import json
from datetime import timedelta
from typing import Final

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext as _

from almconnect.lib.api import Refused
from connections.health import site_identity
from connections.models import (
    Connection,
    Health,
    Lifecycle,
    MappedProject,
    MovePart,
    SiteDoubt,
)
from jira_client.errors import JiraError
from planning.models import Change, ChangeKind, ChangeState, SprintLink, TeamBoard
from sync.core.site_match import Verdict
from sync.models import Brake, MoveKind, MoveRow, MoveState, SiteMove
from sync.models.move import OPEN

PLAN_GOOD_FOR: Final = timedelta(hours=1)
_MAPPED = ("pk", "remote_id", "key", "jql", "direction", "board_id", "type_map", "field_map",
           "status_map", "link_map", "link_rules", "transition_defaults", "create_defaults",
           "team_source")  # fmt: skip
_LEADS_TO = ("base_url", "api_url", "proxy_url", "auth_method", "account_id", "site_id")
_LOOKED_FOR: Final = (ChangeKind.CREATE, ChangeKind.COMMENT)


def may_plan(connection: Connection, destination: Connection, *, back: bool = False) -> None:
    """Raises Refused (409). `back`: the destination is the one that a move kept for its way back."""
    if SiteMove.objects.filter(connection=connection, state__in=OPEN).exists():
        raise under_way()
    if not back and (why := way_back_open(connection)):
        raise refused("way_back_open", why)
    may_move(connection)
    may_be_moved_to(connection, destination, back=back)


def under_way() -> Refused:
    """The refusal of a second move beside the first."""
    return refused(
        "move_under_way", _("A move of this connection is under way. Finish it, or give it up.")
    )


def way_back_open(connection: Connection) -> str:
    """Why no other move may follow yet; empty where one may."""
    if not SiteMove.objects.filter(
        connection=connection, state=MoveState.DONE, returns=None
    ).exists():
        return ""
    return _(
        "The way back of this connection's last move is open, and it would lead astray after another "
        "move. End that move for good first."
    )


def may_move(connection: Connection) -> None:
    """Raises Refused (409) where this connection cannot be moved as it stands."""
    if connection.lifecycle == Lifecycle.DRAFT:
        raise refused("draft", _("This connection is a draft: finish its setup first."))
    if connection.move_part == MovePart.KEPT:
        raise refused("kept", _("This connection is kept for the way back of another's move."))
    if connection.lifecycle == Lifecycle.PAUSED:
        raise refused(
            "paused",
            _(
                "This connection is paused. Resume it: moving stops it by itself, and compares at the end."
            ),
        )
    if not site_identity.holds_issues(connection):
        raise refused(
            "nothing_mapped",
            _("This connection holds no issues, so nothing has to be moved. Change its address."),
        )
    if connection.site_doubt in (SiteDoubt.RESTORED, SiteDoubt.UNPROVEN):
        raise refused(
            "site_in_doubt",
            _(
                "It is in doubt whether this is the Jira of its issues. Settle that on its page first."
            ),
        )
    if connection.pending_id:
        raise refused(
            "account_pending",
            _("Another account authorised this connection. Decide which it acts as first."),
        )


def may_be_moved_to(connection: Connection, destination: Connection, *, back: bool) -> None:
    """Raises Refused (409) where that connection is no destination for this one."""
    if destination.pk == connection.pk or _same_jira(connection, destination):
        raise refused(
            "same_jira",
            _(
                "“%(name)s” leads to the Jira of this connection. Choose one that leads to the new Jira."
            )
            % {"name": destination.name},
        )
    if destination.move_part != (MovePart.KEPT if back else ""):
        raise refused(
            "destination_in_a_move",
            _("“%(name)s” has a part in another move.") % {"name": destination.name},
        )
    if not back and site_identity.holds_issues(destination):
        raise refused(
            "destination_mapped",
            _(
                "“%(name)s” has mapped projects, or holds issues of some. Choose a connection without."
            )
            % {"name": destination.name},
        )
    if destination.site_doubt or destination.pending_id:
        raise refused(
            "destination_held",
            _("“%(name)s” is held. Settle that on its page first.") % {"name": destination.name},
        )
    lifecycle = Lifecycle.PAUSED if back else Lifecycle.ACTIVE
    ill = destination.health in (Health.STOPPED, Health.FAILING)
    if destination.lifecycle != lifecycle or not destination.account_id or ill:
        raise _unproven(destination)
    if destination.site is None:
        raise refused(
            "destination_hidden",
            _("The Jira of “%(name)s” does not tell which it is, so nothing can be moved to it.")
            % {"name": destination.name},
        )


def prove(destination: Connection) -> None:
    """Ask the Jira that is moved to who it is. Raises Refused (409)."""
    try:
        found = site_identity.ask(destination)
    except JiraError as problem:
        raise _unproven(destination) from problem
    site = destination.site
    if found is None or site is None or (site.kind, site.identity) != (found.kind.value, found.id):
        raise _unproven(destination)


def may_confirm(move: SiteMove) -> None:
    """Raises Refused (409): by the plan, by its age, and by what is waiting."""
    if move.state != MoveState.PLANNED or move.planned is None or move.destination is None:
        raise refused("not_planned", _("There is no plan to confirm. Make one first."))
    if timezone.now() - move.planned > PLAN_GOOD_FOR:
        raise refused("plan_old", _("The plan is older than an hour. Make it anew."))
    may_move(move.connection)
    may_be_moved_to(move.connection, move.destination, back=move.returns_id is not None)
    may_carry_out(move)
    prove(move.destination)


def may_carry_out(move: SiteMove) -> None:
    """Asked again when nothing else is at work any more. Raises Refused (409)."""
    if move.fingerprint != fingerprint(move):
        raise refused(
            "plan_outdated",
            _(
                "A mapping, a sprint or an address was changed since the plan was made. Make it anew."
            ),
        )
    _fits_there(move)
    mine = Q(project__connection=move.connection)
    if Brake.objects.filter(connection=move.connection, decided=None).exists():
        raise refused(
            "deletions_held",
            _(
                "Deletions are held. Decide about them first: in the new Jira they would mean others."
            ),
        )
    unknown = Q(state__in=(ChangeState.SENDING, ChangeState.LOOKING)) | Q(
        state=ChangeState.PARKED, code="outcome_unknown"
    )
    if Change.objects.filter(mine & unknown, kind__in=_LOOKED_FOR).exists():
        raise refused(
            "outcome_unknown",
            _(
                "Of an item or comment that was made it is not known yet whether the old Jira has it. Wait "
                "until that was looked up, or decide it under “Parked”."
            ),
        )


def _fits_there(move: SiteMove) -> None:
    rows = MoveRow.objects.filter(move=move)
    unfit = rows.filter(kind__in=(MoveKind.PROJECT, MoveKind.FILTER)).exclude(
        verdict__in=(Verdict.SAME, Verdict.CHANGED)
    )
    row = unfit.order_by("id").first()
    if row is None:
        return
    name = {"name": row.old_name, "why": row.why}
    if row.kind == MoveKind.FILTER:
        raise refused(
            "filter_not_certain",
            _("The filter of %(name)s cannot go along: %(why)s Change it, and make the plan anew.")
            % name,
        )
    code = "project_missing" if row.verdict == Verdict.MISSING else "project_not_certain"
    raise refused(
        code,
        _("The project %(name)s cannot be moved: %(why)s Or unmap it, and make the plan anew.")
        % name,
    )


def fingerprint(move: SiteMove) -> str:
    """What the plan was made of: other mappings or addresses need another plan."""
    rows = Connection.objects.filter(pk__in=move.ends)
    projects = MappedProject.objects.filter(connection=move.connection_id).order_by("pk")
    of_either = Q(team__project__connection=move.connection_id) | Q(
        project__connection=move.connection_id
    )
    links = SprintLink.objects.filter(of_either).order_by("pk")
    chosen = TeamBoard.objects.filter(project__connection=move.connection_id).order_by("pk")
    told = [
        sorted(rows.values_list("pk", *_LEADS_TO), key=str),
        list(projects.values_list(*_MAPPED)),
        list(links.values_list("pk", "sprint_id")),
        list(chosen.values_list("pk", "board_id")),
    ]
    return hashlib.sha256(json.dumps(told, default=str, sort_keys=True).encode()).hexdigest()


def _same_jira(connection: Connection, destination: Connection) -> bool:
    if connection.site_id and destination.site_id:
        return connection.site_id == destination.site_id
    return connection.origin == destination.origin


def _unproven(destination: Connection) -> Refused:
    return refused(
        "destination_unproven",
        _("“%(name)s” is not proven: test it on its page until the test passes.")
        % {"name": destination.name},
    )


def refused(code: str, sentence: str) -> Refused:
    """Every refusal of a move is a conflict with how things stand (409)."""
    return Refused(sentence, code=code, status=409)
