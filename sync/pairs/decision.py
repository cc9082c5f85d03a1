"""What the merge of a pair comes to under its mapping: direction, policy, and fields that go one way."""

from __future__ import annotations

from collections.abc import Mapping

from connections.models import Direction, MappedProject
from sync.core import field_directions
from sync.core.merge import Merge, Policy, merge
from sync.core.values import EMPTY, Values, may_come_later


def decide(project: MappedProject, base: Values, ours: Values, remote: Values) -> Merge:
    """The merge of one pair under its project's direction and policy."""
    if not remote.get("team", True):
        base = {"team": None, **base}  # an issue that never named a team takes none away
    base = _with_new_fields(base, ours, remote)
    if not project.field_directions:
        return _as_the_project(project, base, ours, remote)
    ways = one_way_fields(project)
    rest = {name: value for name, value in remote.items() if name not in ways}
    outcome = _as_the_project(project, base, ours, rest)
    if project.direction not in (Direction.FROM_JIRA, Direction.TO_JIRA):
        narrow = field_directions.one_way(base, ours, remote, ways)
        outcome = field_directions.joined(outcome, narrow)
    return outcome


def _with_new_fields(base: Values, ours: Values, remote: Values) -> Values:
    """What was agreed, and that nothing was of fields that were mapped since: what the board holds there
    is an edit, so that neither side's value is lost to the other's emptiness.
    """
    new = [
        name
        for name in remote
        if name not in base and may_come_later(name) and ours.get(name) not in EMPTY
    ]
    return {**base, **dict.fromkeys(new)} if new else base


def one_way_fields(project: MappedProject) -> Mapping[str, str]:
    """The mapped fields that go another way than the project: what goes against it goes nowhere."""
    return {
        name: way
        for name, way in project.field_directions.items()
        if name in project.field_map and way != project.direction
    }


def _as_the_project(project: MappedProject, base: Values, ours: Values, remote: Values) -> Merge:
    if project.direction == Direction.FROM_JIRA:
        # Nothing is ever sent, so nobody else can be right, and no Change may wait for it.
        outcome = merge(base, ours, remote, Policy.JIRA_WINS)
        return Merge(outcome.take, {}, outcome.agreed, outcome.clashes)
    if project.direction != Direction.TO_JIRA:
        return merge(base, ours, remote, Policy(project.conflict_policy))
    # A project that only writes to Jira: what Jira changed is put back, never taken. What Jira held before
    # the field was mapped is no change, and stays while the board has nothing to say there.
    remote = {
        name: value
        for name, value in remote.items()
        if name in base or not may_come_later(name) or ours.get(name) not in EMPTY
    }
    outcome = merge(base, ours, remote, Policy.BOARD_WINS)
    back = {name: ours[name] for name in outcome.take if name in ours}
    return Merge({}, {**outcome.to_send, **back}, outcome.agreed, outcome.clashes)
