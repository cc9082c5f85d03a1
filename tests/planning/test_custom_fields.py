"""Fields of the customer's choice on the board: added, filled in and shown, each by its kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning.custom_field_editing import add_field
from planning.item_editing import create_item, edit_item
from planning.models import CustomField, WorkItem
from tests.callers import ApiCaller


@pytest.fixture
def board(api: Callable[..., ApiCaller], token_of: Callable[..., str], rte: User) -> ApiCaller:
    return api(token_of(rte))


def own(kind: str, name: str = "Extra") -> CustomField:
    return add_field(actor=None, name=name, kind=kind)


def mapping(project: MappedProject, *rows: CustomField, **facts: Any) -> MappedProject:
    project.field_map = {row.word: f"customfield_{n}" for n, row in enumerate(rows)}
    project.facts = {**project.facts, **facts}
    project.save()
    return project


def made(project: MappedProject | None = None, **custom: Any) -> WorkItem:
    return create_item(actor=None, project=project, type="Story", summary="S", custom=custom)


@pytest.mark.parametrize(
    ("kind", "given", "stored"),
    [
        ("line", " a ", "a"),
        ("text", "a\r\nb", "a\nb"),
        ("number", -2, -2.0),
        ("date", "2027-01-31", "2027-01-31"),
        ("choice", "Bonn", "Bonn"),
        ("choices", ["Bonn", "Bonn", "Graz"], ["Bonn", "Graz"]),
        ("labels", ["a", "b"], ["a", "b"]),
        ("person", {"id": "u1", "name": "Uma"}, {"id": "u1", "name": "Uma"}),
        ("url", "https://a.example", "https://a.example"),
        ("line", "", None),
        ("choices", [], None),
    ],
)
@pytest.mark.django_db
def test_each_kind_is_stored_in_one_form(kind: str, given: Any, stored: Any) -> None:
    row = own(kind)
    assert made(**{str(row.pk): given}).custom.get(str(row.pk)) == stored


@pytest.mark.parametrize(
    ("kind", "wrong"),
    [
        ("line", "a\nb"),
        ("line", 5),
        ("number", "5"),
        ("number", float("inf")),
        ("date", "soon"),
        ("choices", "Bonn"),
        ("labels", ["a b"]),
        ("url", "javascript:alert(1)"),
    ],
)
@pytest.mark.django_db
def test_what_does_not_fit_is_refused_beside_it(kind: str, wrong: Any) -> None:
    row = own(kind)
    with pytest.raises(Refused) as caught:
        made(**{str(row.pk): wrong})
    assert list(caught.value.fields) == [row.word]


def test_what_is_equal_writes_nothing(project: MappedProject) -> None:
    row = own("choices")
    item = made(project, **{str(row.pk): ["Bonn", "Graz"]})
    edit_item(item.pk, actor=None, values={row.word: ["Graz", "Bonn"]})
    assert WorkItem.objects.get(pk=item.pk).version == item.version


def test_by_the_api(board: ApiCaller, project: MappedProject) -> None:
    made = board.post("/custom-fields", {"name": "Cost", "kind": "number"})
    assert made.status_code == 201
    field = made.json()
    assert board.get("/custom-fields").json()["items"] == [field]
    assert board.post("/custom-fields", {"name": "Cost", "kind": "line"}).status_code == 409
    assert board.post("/custom-fields", {"name": "X", "kind": "file"}).status_code == 422
    sent = {"type": "Story", "summary": "S", "custom": {field["id"]: 4}}
    item = board.post("/items", sent).json()
    assert item["custom"] == {field["id"]: 4.0}
    rows = [{"id": item["id"], "custom": {field["id"]: 5}}, {"id": item["id"], "custom": 5}]
    first, second = board.post("/items/bulk", {"items": rows}).json()["items"]
    assert first["item"]["custom"] == {field["id"]: 5.0}
    assert list(second["error"]["fields"]) == ["custom"]
    unknown = board.patch(f"/items/{item['id']}", {"custom": {"nothing": 1}})
    assert (unknown.status_code, "no such field" in unknown.content.decode()) == (422, True)
    assert board.delete(f"/custom-fields/{field['id']}").status_code == 204


def test_the_page_offers_what_the_type_has(
    client: Client, rte: User, project: MappedProject
) -> None:
    client.force_login(rte)
    choice, gone, person = own("choice", "Site"), own("line", "Gone"), own("person", "Owner")
    mapping(
        project,
        *(choice, gone, person),
        field_choices={choice.word: ["Bonn", "Graz"]},
        lacking={"Story": [gone.word]},
    )
    item = made(project, **{str(choice.pk): "Bonn", str(person.pk): {"id": "u1", "name": "Uma"}})
    page = client.get(reverse("planning:item", args=[item.pk])).content.decode()
    assert '<option value="Bonn" selected>Bonn</option>' in page
    assert '<option value="u1" selected>Uma</option>' in page
    assert "Gone" not in page
    sent = {
        **{"type": "Story", "summary": "S", f"initial-custom_{choice.pk}": "Bonn"},
        **{f"custom_{choice.pk}": "Graz", f"initial-custom_{person.pk}": "u1"},
        f"custom_{person.pk}": "",
    }
    answer = client.post(reverse("planning:edit", args=[item.pk]), sent)
    assert answer.status_code == 302, answer.content.decode()
    item.refresh_from_db()
    assert item.custom == {str(choice.pk): "Graz", str(person.pk): None}
    shown = client.get(reverse("planning:item", args=[item.pk])).content.decode()
    assert "Site" in shown  # the history says the name, not the id
    assert choice.word not in shown
