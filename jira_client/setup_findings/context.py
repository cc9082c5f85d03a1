"""Who wants what of which project: what every obstacle's sentence is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from jira_client.permission_evaluation import Obstacle
from jira_client.setup_survey import Instance, Wanted
from jira_client.values import PermissionState, Project

MISSING, UNKNOWN, HELD = PermissionState.MISSING, PermissionState.UNKNOWN, PermissionState.HELD


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that the sentences need: who asks, about which project, wanting what."""

    account: str
    project: Project
    wanted: Wanted
    instance: Instance
    states: Mapping[str, PermissionState]

    @property
    def admin(self) -> str:
        return f"project {self.project.key}"

    @property
    def team_managed(self) -> bool:
        return self.project.style == "next-gen"


def unsure(operations: tuple[str, ...], what: str) -> Obstacle:
    return Obstacle(operations, UNKNOWN, f"{what} could not be read. Check this row again.")
