"""Links: the project's own words, no duplicates, and a Change only where Jira can hold them."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import orjson
import pytest

from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import Connection, MappedProject
from planning.item_editing import delete_item
from planning.link_editing import add_link, remove_link
from planning.models import BoardEvent, Change, Link, SyncState, WorkItem
from tests.callers import ApiCaller

Make = Callable[..., WorkItem]


@pytest.mark.parametrize(
    ("word", "stored"),
    [
        *(("blocks", "blocks"), ("BLOCKS", "blocks"), ("dependency", "blocks")),
        *(("Relates", "relates to"), (" relates to ", "relates to")),
    ],
)
def test_a_link_is_stored_in_the_projects_word(make_item: Make, word: str, stored: str) -> None:
    link = add_link(actor=None, source=make_item("A"), target=make_item("B"), type=word)
    assert (link.type, link.sync_state) == (stored, SyncState.WAITING)
    change = Change.objects.get(kind="link")
    assert (change.item, change.link, change.fields["type"]) == (link.source, link, stored)
    assert BoardEvent.objects.get(kind="link.created").object_id == link.pk


def test_circles_duplicates_and_unknown_words_are_refused(make_item: Make) -> None:
    one, two = make_item("A"), make_item("B")
    add_link(actor=None, source=one, target=two, type="blocks")
    for target, word, status, code in (
        (one.pk, "blocks", 422, "invalid"),
        (two.pk, "dependency", 409, "duplicate"),
        (two.pk, "loves", 422, "invalid"),
        (uuid.uuid4(), "blocks", 404, "not_found"),
    ):
        with pytest.raises(Refused) as refusal:
            add_link(actor=None, source=one.pk, target=target, type=word)
        assert (refusal.value.status, refusal.value.code) == (status, code)
    assert Link.objects.count() == Change.objects.filter(kind="link").count() == 1
    assert add_link(actor=None, source=two, target=one, type="blocks").pk


def test_a_removed_link_may_be_drawn_again(make_item: Make) -> None:
    one, two = make_item("A"), make_item("B")
    link = add_link(actor=None, source=one, target=two, type="blocks")
    remove_link(link.pk, actor=None)
    assert Change.objects.get(kind="unlink").before["target"] == str(two.pk)
    with pytest.raises(Refused, match="no such link"):
        remove_link(link.pk, actor=None)
    assert add_link(actor=None, source=one, target=two, type="blocks").pk != link.pk


def test_a_link_that_jira_cannot_hold_stays_on_the_board(
    make_item: Make, map_project: Callable[..., MappedProject]
) -> None:
    elsewhere = Connection.objects.create(name="Depot", base_url="https://depot.example.com")
    far = make_item("Far", project=map_project("FAR", connection=elsewhere))
    local = make_item("Local", project=None, type="Risk")
    for target, words in ((far, "different Jira"), (local, "board only")):
        link = add_link(actor=None, source=make_item("A"), target=target, type="blocks")
        assert link.sync_state == SyncState.LOCAL_ONLY
        assert words in link.sync_detail
    assert not Change.objects.filter(kind="link").exists()


def test_deleting_an_item_takes_its_links_along(make_item: Make) -> None:
    one, two, three = make_item("A"), make_item("B"), make_item("C")
    known = add_link(actor=None, source=two, target=one, type="blocks")
    add_link(actor=None, source=one, target=three, type="blocks")
    Link.objects.filter(pk=known.pk).update(remote_id="77")
    delete_item(one.pk, actor=None)
    assert not Link.objects.filter(deleted=None).exists()
    # Jira's links go with its issue, or stay with it: nothing is told of them.
    assert not Change.objects.filter(kind="unlink").exists()
    assert BoardEvent.objects.filter(kind="link.deleted").count() == 2


def test_links_over_rest(
    api: Callable[..., ApiCaller], token_of: Callable[..., str], rte: User, make_item: Make
) -> None:
    board, one, two = api(token_of(rte)), make_item("A"), make_item("B")
    sent = {"source": str(one.pk), "target": str(two.pk), "type": "dependency"}
    made = board.post("/links", sent)
    assert made.status_code == 201
    link = orjson.loads(made.content)
    assert {name: link[name] for name in sent} == {**sent, "type": "blocks"}
    assert orjson.loads(board.get(f"/links?item={two.pk}").content)["items"] == [link]
    assert board.post("/links", {**sent, "colour": "red"}).status_code == 422
    assert board.post("/links", {**sent, "source": "x"}).status_code == 422
    assert board.delete(f"/links/{link['id']}").status_code == 204
    assert board.delete(f"/links/{link['id']}").status_code == 404
