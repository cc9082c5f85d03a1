"""Which projects are archived in Jira: nobody may write there, so no permission is to be asked for.

Data Center leaves archived projects out of its list and takes every writing permission away in them, so
only those that look so are asked one by one. It must not write.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from jira_client.client import JiraClient
from jira_client.errors import AuthenticationRefused, JiraError, OAuthProblem
from jira_client.resources.caller import side_by_side
from jira_client.values import PermissionState, Project

MOST = 100  # projects asked one by one
_WRITES = ("CREATE_ISSUES", "EDIT_ISSUES", "LINK_ISSUES", "TRANSITION_ISSUES")
States = Mapping[str, PermissionState]


def with_archives(
    client: JiraClient, projects: Sequence[Project], states: Mapping[str, States]
) -> list[Project]:
    """The projects, each marked where Jira says that it is archived. Raises what a refused login raises."""
    doubtful = [one for one in projects if not one.archived and _unwritable(states.get(one.id, {}))]
    found = dict(
        zip(
            (one.id for one in doubtful[:MOST]),
            side_by_side(client, lambda one: asked(client, one.id), doubtful[:MOST]),
            strict=True,
        )
    )
    told = {key: one for key, one in found.items() if one is not None and one.archived}
    return [replace(one, archived=True) if one.id in told else one for one in projects]


def asked(client: JiraClient, key_or_id: str) -> Project | None:
    """The project by itself; None where the account does not see it or nothing was told."""
    try:
        return client.projects.get(key_or_id)
    except (AuthenticationRefused, OAuthProblem):
        raise
    except JiraError:
        return None


def _unwritable(states: States) -> bool:
    """Whether every writing permission is missing, as it is for everybody in an archived project."""
    return all(states.get(key) is PermissionState.MISSING for key in _WRITES)
