"""How a history's project is mapped, by the functions of the mapping's pages."""

from __future__ import annotations

from connections.models import MappedProject
from planning.custom_field_editing import add_field
from planning.models import SprintLink, Team
from sync.core.field_directions import BOTH, FROM_JIRA, TO_JIRA
from sync.mapping import project_mapping
from sync.models import Run
from sync.runs import project_runs
from tests.soak.hands import Hands
from tests.soak.scene import CHOICES
from tests.sync.world import World

# Kind on the board, kind in Jira, the way it goes, and what the field of Jira has beside.
OWN = (
    ("number", "number", BOTH, {}),
    ("choices", "multiselect", BOTH, {"choices": list(CHOICES)}),
    ("line", "text", FROM_JIRA, {}),
    ("line", "text", TO_JIRA, {}),
)


def map_features(world: World) -> None:
    """The project of the features, whose children are in the project that people work in here."""
    _, run = project_mapping.map_project(world.connection, "ART", actor=world.person)
    while project_runs.work(run.pk):
        pass


def ask_for_conflicts(world: World, policy: str) -> None:
    """Who is right where both sides changed a field, from now on."""
    row = MappedProject.objects.select_related("connection").get(pk=world.project.pk)
    project_mapping.change(row, actor=world.person, values={"conflict_policy": policy})
    world.project.refresh_from_db()


def map_teams(hands: Hands) -> None:
    """Issues say their team in a choice list from now on; both teams plan in the same sprints."""
    world = hands.world
    made = world.control(
        "POST", "fields", kind="select", choices=["Falcon", "Red"], **{"name": "Squad"}
    )
    red = Team.objects.create(name=f"Red of {world.team}")
    hands.teams = {str(world.team.pk): "Falcon", str(red.pk): "Red"}
    for link in SprintLink.objects.filter(team=world.team):
        SprintLink.objects.create(iteration=link.iteration, team=red, sprint_id=link.sprint_id)
    row = MappedProject.objects.select_related("connection").get(pk=world.project.pk)
    source = {"kind": "field", "field": made["id"], "values": hands.teams}
    project_mapping.change(row, actor=world.person, values={"team_source": source})
    for run in Run.objects.filter(project=row, state="waiting"):
        while project_runs.work(run.pk):
            pass
    world.project.refresh_from_db()


def map_own_fields(hands: Hands) -> None:
    """Fields of the customer's choice, added to a board whose items have none of them: two go both ways,
    one from Jira alone, one to Jira alone.
    """
    world, fields, ways = hands.world, {}, {}
    for kind, there, way, more in OWN:
        name = f"{kind} {way} {world.connection.pk.hex[:8]}"
        made = world.control("POST", "fields", kind=there, **more, **{"name": name})
        word = add_field(actor=world.person, name=name, kind=kind).word
        fields[word], hands.own[word] = made["id"], (kind, way)
        if way != BOTH:
            ways[word] = way
    row = MappedProject.objects.select_related("connection").get(pk=world.project.pk)
    values = {"field_map": fields, "field_directions": ways}
    project_mapping.change(row, actor=world.person, values=values)
    for run in Run.objects.filter(project=row, state="waiting"):
        while project_runs.work(run.pk):
            pass
    world.project.refresh_from_db()
