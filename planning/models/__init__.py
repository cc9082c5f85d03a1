"""The board: ARTs, teams, PIs, iterations, work items, links; the outbox and the change feed."""

from planning.models.baseline import PiBaseline
from planning.models.change import BoardEvent, Change, ChangeKind, ChangeState
from planning.models.item import Link, SyncState, WorkItem
from planning.models.train import Art, Iteration, Pi, SolutionTrain, SprintLink, Team, TeamBoard

__all__ = [
    "Art",
    "BoardEvent",
    "Change",
    "ChangeKind",
    "ChangeState",
    "Iteration",
    "Link",
    "Pi",
    "PiBaseline",
    "SolutionTrain",
    "SprintLink",
    "SyncState",
    "Team",
    "TeamBoard",
    "WorkItem",
]
