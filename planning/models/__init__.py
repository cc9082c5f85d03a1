"""The board: ARTs, teams, PIs, iterations, work items, links; the outbox and the change feed."""

from planning.models.attachment import Attachment
from planning.models.baseline import PiBaseline
from planning.models.change import BoardEvent, Change, ChangeKind, ChangeState
from planning.models.comment import Comment
from planning.models.field import CUSTOM, CustomField, FieldKind, Release
from planning.models.item import Link, SyncState, WorkItem
from planning.models.train import Art, Iteration, Pi, SolutionTrain, SprintLink, Team, TeamBoard

__all__ = [
    "CUSTOM",
    "Art",
    "Attachment",
    "BoardEvent",
    "Change",
    "ChangeKind",
    "ChangeState",
    "Comment",
    "CustomField",
    "FieldKind",
    "Iteration",
    "Link",
    "Pi",
    "PiBaseline",
    "Release",
    "SolutionTrain",
    "SprintLink",
    "SyncState",
    "Team",
    "TeamBoard",
    "WorkItem",
]
