"""A large seed: an ART of 12 teams over 20 projects, with everything that makes mapping one laborious.

Twelve projects of one team each, four of them team-managed; three that two teams share; three platforms
on Kanban alone; the ART's own and the solution train's. Two boards each. Invented.
"""

from .model.boards import Board, Sprint
from .model.issue_creation import create
from .model.issues import Issue
from .model.project_admin import add_board, add_project
from .model.projects import Project
from .model.site import Site
from .seed import FEATURES, PROGRAM_TYPES, STORIES, sprints_of

TEAMS = (
    "Falcon", "Otter", "Lynx", "Heron", "Badger", "Marten", "Osprey", "Beaver", "Ibis", "Puma", "Tapir",
    "Wren",
)  # fmt: skip
TEAM_MANAGED = ("Ibis", "Puma", "Tapir", "Wren")
SHARED = {
    "PAY": ("Payments", ("Falcon", "Otter")),
    "SEAT": ("Seats", ("Lynx", "Heron")),
    "FARE": ("Fares", ("Badger", "Marten")),
}
PLATFORMS = {"OPS": "Operations", "DATA": "Data platform", "SEC": "Security"}
ART, TRAIN = "ART", "RAIL"
CAPABILITIES = ("One ticket for every journey", "Prices that anybody understands")


def portfolio(site: Site, stories: int) -> None:
    """Fill the site; `stories` in each project."""
    train = add_project(site, TRAIN, "Rail solution train", PROGRAM_TYPES)
    art = add_project(site, ART, "Travel ART", PROGRAM_TYPES)
    for program in (train, art):
        add_board(site, program, "kanban")
        add_board(site, program, "kanban", f"{program.key} roadmap")
    rita = site.users["rita"]
    for text in CAPABILITIES:
        create(site, rita, train, site.types["10000"], {"summary": text, "epic_name": text[:20]})
    features = [
        create(site, rita, art, site.types["10000"], {"summary": text, "epic_name": text[:20]})
        for text in FEATURES
    ]
    for team in TEAMS:
        project = add_project(site, team.upper(), f"Team {team}")
        managed = team in TEAM_MANAGED
        board = add_board(site, project, "simple" if managed else "scrum")
        board.sprints = managed
        project.simplified = managed and site.cloud
        add_board(site, project, "kanban", f"{project.key} support")
        _fill(site, project, [(team, board)], stories, features)
    for key, (name, owners) in SHARED.items():
        project = add_project(site, key, name)
        boards = [(team, add_board(site, project, name=f"{key} of {team}")) for team in owners]
        _fill(site, project, boards, stories, features)
    for key, name in PLATFORMS.items():
        project = add_project(site, key, name)
        add_board(site, project, "kanban")
        add_board(site, project, "kanban", f"{key} incidents")
        _fill(site, project, [], stories, features)


def _fill(
    site: Site,
    project: Project,
    boards: list[tuple[str, Board]],
    stories: int,
    features: list[Issue],
) -> None:
    """Stories in the open sprints of these boards by turns, every fourth in none."""
    made: list[Sprint] = []
    for team, board in boards:
        label = team if len(project.name.split()) > 1 else f"{team} {project.key}"
        made += [one for one in sprints_of(site, board, label) if one.state != "closed"]
    for number in range(stories):
        sprints = (made[number % len(made)],) if made and number % 4 else ()
        values = {
            "summary": f"{STORIES[number % len(STORIES)]} ({project.key})",
            "parent": features[number % len(features)],
            "points": float(number % 5 + 1),
            "sprints": sprints,
        }
        create(site, site.users["rita"], project, site.types["10001"], values)
