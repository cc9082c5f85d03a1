"""The large seed: 12 teams over 20 projects."""

from __future__ import annotations

import pytest

from jira_sandbox.seed import seeded


@pytest.mark.parametrize("flavour", ["cloud", "datacenter"])
def test_an_art_of_twelve_teams_over_twenty_projects(flavour: str) -> None:
    site = seeded(flavour, seed="portfolio", stories=4)
    projects = list(site.projects.values())
    assert len(projects) == 20
    assert all(len(site.boards_of(one)) == 2 for one in projects)
    shared = [one for one in projects if sum(b.kind == "scrum" for b in site.boards_of(one)) == 2]
    assert len(shared) == 3
    assert sum(board.kind == "simple" and board.sprints for board in site.boards.values()) == 4
    assert sum(one.simplified for one in projects) == (4 if flavour == "cloud" else 0)
    with pytest.raises(ValueError, match="art, portfolio, empty"):
        seeded(flavour, seed="none")
