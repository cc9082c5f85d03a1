"""Fields of the customer's choice go both ways, each by its kind, where they are mapped."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.custom_field_editing import add_field, remove_field
from planning.custom_form_fields import of_item
from planning.item_editing import edit_item
from planning.models import Change, CustomField, WorkItem
from sync.mapping import project_mapping
from sync.models import Conflict
from sync.runs import project_runs
from tests.sync.world import World


@dataclass(frozen=True)
class Kind:
    """`made`: as the sandbox is asked for it. The board's value and Jira's, before and after an edit."""

    kind: str
    made: str
    ours: Any
    theirs: Any
    other_ours: Any
    other_theirs: Any


KINDS = [
    Kind("line", "text", "a", "a", "b", "b"),
    Kind("text", "paragraph", "a\nb", "a\nb", "c", "c"),
    Kind("number", "number", 3.0, 3.0, -1.5, -1.5),
    Kind("date", "date", "2027-01-31", "2027-01-31", "2027-02-01", "2027-02-01"),
    Kind("choice", "select", "Bonn", {"value": "Bonn"}, "Graz", {"value": "Graz"}),
    Kind(
        "choices",
        "multiselect",
        ["Bonn", "Lyon"],
        [{"value": "Bonn"}, {"value": "Lyon"}],
        ["Graz"],
        [{"value": "Graz"}],
    ),
    Kind("labels", "labels", ["x", "y"], ["x", "y"], ["z"], ["z"]),
    Kind("url", "url", "https://a.example", "https://a.example", "http://b", "http://b"),
]


def mapped(world: World, kind: str, made: str, name: str = "Extra") -> tuple[CustomField, str]:
    """A field of the board, and the id of Jira's, mapped and read."""
    choices = ["Bonn", "Graz", "Lyon"]
    remote = world.control("POST", "fields", name=name, kind=made, choices=choices)["id"]
    row = add_field(actor=world.person, name=name, kind=kind)
    remap(world, **{row.word: remote})
    return row, remote


def remap(world: World, **fields: Any) -> None:
    project_mapping.change(world.project, actor=world.person, values={"field_map": fields})
    world.project = MappedProject.objects.select_related("connection").get(pk=world.project.pk)
    run = world.project.runs.filter(kind="reconcile", finished=None).first()
    while run is not None and project_runs.work(run.pk):
        pass
    world.project.refresh_from_db()


def held(item: WorkItem, row: CustomField) -> Any:
    return WorkItem.objects.get(pk=item.pk).custom.get(str(row.pk))


def plain(value: Any) -> Any:
    """Jira's JSON by what is sent for it."""
    if isinstance(value, list):
        return sorted((plain(one) for one in value), key=str)
    return {"value": value["value"]} if isinstance(value, dict) else value


@pytest.mark.parametrize("kind", KINDS, ids=lambda one: one.kind)
def test_each_kind_goes_both_ways(world: World, kind: Kind) -> None:
    row, remote = mapped(world, kind.kind, kind.made)
    item = world.create("Made here", custom={str(row.pk): kind.ours})
    key = world.create_issue("Made there", **{remote: kind.theirs})
    world.settle()
    item.refresh_from_db()
    assert plain(world.issue(item.remote_key)[remote]) == kind.theirs
    there = world.item(key)
    assert held(there, row) == kind.ours
    edit_item(there.pk, actor=world.person, values={row.word: kind.other_ours}, typed=True)
    world.edit_issue(item.remote_key, **{remote: kind.other_theirs})
    world.settle()
    assert plain(world.issue(key)[remote]) == kind.other_theirs
    assert held(item, row) == kind.other_ours
    world.edit(there, **{row.word: None})
    world.edit_issue(item.remote_key, **{remote: None})
    world.settle()
    assert (world.issue(key)[remote], held(item, row)) == (None, None)
    assert not Conflict.objects.exists()
    changes = Change.objects.count()
    world.settle()
    assert Change.objects.count() == changes


def test_a_person_is_known_by_jiras_id(world: World) -> None:
    row, remote = mapped(world, "person", "person")
    tom = world.handle.site.users["tom"]
    cloud = world.handle.site.cloud
    who = {"accountId": tom.account_id} if cloud else {"name": tom.name}
    id = tom.account_id if cloud else tom.name
    key = world.create_issue("Owned", **{remote: who})
    other = world.create("Mine", custom={str(row.pk): {"id": id, "name": "Tom"}})
    world.settle()
    assert held(world.item(key), row) == {"id": id, "name": tom.display_name}
    other.refresh_from_db()
    assert world.issue(other.remote_key)[remote]["displayName"] == tom.display_name


def test_what_jira_does_not_offer_is_refused_where_it_is_typed(world: World) -> None:
    row, _ = mapped(world, "choice", "select")
    item = world.first()
    assert world.project.facts["field_choices"][row.word] == ["Bonn", "Graz", "Lyon"]
    edit_item(item.pk, actor=world.person, values={row.word: "graz"}, typed=True)
    assert held(item, row) == "Graz"
    with pytest.raises(Refused, match="It has: Bonn, Graz, Lyon"):
        edit_item(item.pk, actor=world.person, values={row.word: "Rome"}, typed=True)


def test_both_sides_changed_it(world: World) -> None:
    row, remote = mapped(world, "number", "number")
    item = world.create("Disputed", custom={str(row.pk): 1.0})
    world.settle()
    item.refresh_from_db()
    world.edit_issue(item.remote_key, **{remote: 2})
    world.edit(item, **{row.word: 3.0})
    world.settle()
    conflict = Conflict.objects.get()
    assert (conflict.field, conflict.base, conflict.board, conflict.jira) == (row.word, 1, 3, 2)
    assert held(item, row) == 2.0


def test_a_field_mapped_later_loses_nothing(world: World) -> None:
    remote = world.control("POST", "fields", name="Cost", kind="number")["id"]
    row = add_field(actor=world.person, name="Cost", kind="number")
    key = world.create_issue("Theirs", **{remote: 4})
    world.poll()
    ours = world.create("Ours", custom={str(row.pk): 5.0})
    world.settle()
    ours.refresh_from_db()
    assert world.issue(ours.remote_key)[remote] is None
    remap(world, **{row.word: remote})
    world.push()
    assert held(world.item(key), row) == 4.0
    assert (world.issue(ours.remote_key)[remote], held(ours, row)) == (5.0, 5.0)
    assert not Conflict.objects.exists()


def test_a_type_without_the_field_does_not_offer_it(world: World) -> None:
    row, remote = mapped(world, "line", "text")
    story = world.project.type_map["Story"]
    world.handle.site.project("FALCON").without = {str(story): [remote]}
    world.reconcile()
    item = world.create("No such field")
    world.settle()
    world.project.refresh_from_db()
    world.create_issue("One more")
    world.poll()
    world.reconcile()
    world.project.refresh_from_db()
    assert row.word in world.project.facts["lacking"]["Story"]
    item.refresh_from_db()
    assert of_item(world.project, item, ["Story"]) == []
    assert [one.pk for one in of_item(world.project, None, ["Bug"])] == [row.pk]


def test_a_pair_that_cannot_be_is_refused(world: World) -> None:
    row, remote = mapped(world, "number", "number")
    other = add_field(actor=world.person, name="Other", kind="line")
    date = world.control("POST", "fields", name="A date", kind="date")["id"]
    wrong = {
        "not of the kind": {other.word: date},
        "no field": {other.word: "customfield_1"},
        "already": {other.word: remote},
        "on the board": {"custom:00000000-0000-0000-0000-000000000001": remote},
    }
    for words, entries in wrong.items():
        with pytest.raises(Refused, match=words):
            remap(world, **entries)
    with pytest.raises(Refused, match="take its pair out there first"):
        remove_field(row, actor=world.person)
    remap(world, **{row.word: None})
    remove_field(row, actor=world.person)
    item = world.first()
    with pytest.raises(Refused, match="no such field"):
        world.edit(item, **{row.word: 1.0})


def test_a_direction_of_its_own(world: World) -> None:
    row, remote = mapped(world, "line", "text")
    ways = {"field_directions": {row.word: "from_jira"}}
    project_mapping.change(world.project, actor=world.person, values=ways)
    item = world.first()
    with pytest.raises(Refused, match="from Jira only"):
        world.edit(item, **{row.word: "mine"})
    world.edit_issue(item.remote_key, **{remote: "theirs"})
    world.poll()
    assert held(item, row) == "theirs"
