"""What the sync remembers: deliveries, shadows, conflicts, runs, leases, attempts."""

from sync.models.brake import Brake, Decision, Way
from sync.models.equality import EqualityStatement
from sync.models.inbox import Delivery, DeliveryState
from sync.models.lease import Lease
from sync.models.mapping import MappingDraft, MappingVersion, VersionOrigin
from sync.models.move import MoveKind, MoveRow, MoveState, SiteMove
from sync.models.run import Run, RunKind, RunPart, RunState
from sync.models.shadow import (
    COMMENTS_UNREAD,
    Absence,
    Conflict,
    Shadow,
    ShadowState,
    lock_items_of,
)
from sync.models.template import MappingPlan, MappingTemplate, PlannedProject, PlannedState
from sync.models.trace import Attempt

__all__ = [
    "COMMENTS_UNREAD",
    "Absence",
    "Attempt",
    "Brake",
    "Conflict",
    "Decision",
    "Delivery",
    "DeliveryState",
    "EqualityStatement",
    "Lease",
    "MappingDraft",
    "MappingPlan",
    "MappingTemplate",
    "MappingVersion",
    "MoveKind",
    "MoveRow",
    "MoveState",
    "PlannedProject",
    "PlannedState",
    "Run",
    "RunKind",
    "RunPart",
    "RunState",
    "Shadow",
    "ShadowState",
    "SiteMove",
    "VersionOrigin",
    "Way",
    "lock_items_of",
]
