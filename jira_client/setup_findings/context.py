"""The account, the project and what the board wants of it: what the sentence of a finding is made of."""

from collections.abc import Mapping
from dataclasses import dataclass

from jira_client.permission_evaluation import Obstacle
from jira_client.setup_survey import Instance, Wanted
from jira_client.values import PermissionState, Project

MISSING, UNKNOWN, HELD = PermissionState.MISSING, PermissionState.UNKNOWN, PermissionState.HELD


@dataclass(frozen=True, slots=True)
class Context:
    """Everything that the sentences need: who asks, about which project, wanting what. `scopes`: those that
    the token was told to have, None where nobody says.
    """

    account: str
    project: Project
    wanted: Wanted
    instance: Instance
    states: Mapping[str, PermissionState]
    scopes: tuple[str, ...] | None = None

    @property
    def admin(self) -> str:
        """The project, as a request to its Jira admin names it."""
        return f"project {self.project.key}"

    @property
    def team_managed(self) -> bool:
        """Whether the project is team-managed, so that its screens are set up in the project itself."""
        return self.project.style == "next-gen"


def unsure(operations: tuple[str, ...], what: str) -> Obstacle:
    """The finding that something could not be read, so that nothing is known of these operations."""
    return Obstacle(operations, UNKNOWN, f"{what} could not be read. Check this row again.")
