"""A small board: one Jira with two mapped projects, an ART, two teams, a PI of three iterations."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

import pytest

from connections.models import Connection, MappedProject
from planning.item_editing import create_item
from planning.models import Art, Iteration, Pi, Team, WorkItem

FACTS = {
    "statuses": {
        "To Do": {"id": "1", "category": "new"},
        "In Progress": {"id": "3", "category": "indeterminate"},
        "Done": {"id": "5", "category": "done"},
    }
}


@pytest.fixture
def jira(db: None) -> Connection:
    return Connection.objects.create(name="Plant", base_url="https://jira.example.com")


@pytest.fixture
def map_project(jira: Connection) -> Callable[..., MappedProject]:
    def make(key: str, **fields: Any) -> MappedProject:
        values: dict[str, Any] = {
            "connection": jira,
            "remote_id": str(10_000 + MappedProject.objects.count()),
            "name": f"Project {key}",
            "type_map": {"Feature": "10", "Story": "11"},
            "status_map": {"To Do": "1", "In Progress": "3", "Done": "5"},
            "link_map": {"blocks": "Blocks", "relates to": "Relates"},
            "facts": FACTS,
        }
        return MappedProject.objects.create(key=key, **{**values, **fields})

    return make


@pytest.fixture
def project(map_project: Callable[..., MappedProject]) -> MappedProject:
    return map_project("ABC")


@pytest.fixture
def art(db: None) -> Art:
    return Art.objects.create(name="Rail")


@pytest.fixture
def team(art: Art, project: MappedProject) -> Team:
    """The team of `project`: items of it are this team's unless they say otherwise."""
    return Team.objects.create(name="Red", art=art, project=project)


@pytest.fixture
def other_team(art: Art) -> Team:
    return Team.objects.create(name="Blue", art=art)


@pytest.fixture
def iterations(art: Art) -> list[Iteration]:
    start = datetime.date(2025, 1, 6)
    pi = Pi.objects.create(name="PI 1", art=art, start=start, end=start + datetime.timedelta(41))
    return [
        Iteration.objects.create(
            pi=pi,
            index=index,
            name=f"Iteration {index}",
            start=start + datetime.timedelta(14 * (index - 1)),
            end=start + datetime.timedelta(14 * index - 1),
        )
        for index in (1, 2, 3)
    ]


@pytest.fixture
def make_item(project: MappedProject) -> Callable[..., WorkItem]:
    """`make_item("Brakes", status="Done")`: by the board's own verb, as the console itself."""

    def make(summary: str = "Brakes", **values: Any) -> WorkItem:
        given = {"project": project, "type": "Feature", "actor": None, **values}
        return create_item(summary=summary, **given)

    return make
