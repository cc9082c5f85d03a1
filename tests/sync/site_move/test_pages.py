"""The page “Move to another Jira”: what it says to whom, and what can be done there."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account import app_settings
from django.test import Client

from accounts.models import User
from connections.health import site_identity
from connections.models import Connection, SiteDoubt
from jira_sandbox.server import Handle
from planning.models import WorkItem
from sync.models import MoveRow, SiteMove
from sync.pages import site_move
from sync.site_move import decisions
from tests.sync.site_move.elsewhere import at_work, moved, planned
from tests.sync.world import World

pytestmark = pytest.mark.parametrize("handle", ["cloud"], indirect=True)
Of = Callable[..., Client]


def address(world: World, more: str = "") -> str:
    return f"/connections/{world.connection.pk}/move/{more}"


def read(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def last() -> SiteMove:
    return SiteMove.objects.order_by("-created")[0]


def test_an_rte_is_told_what_happens_and_who_does_it(
    world: World, to: Connection, rte: User, client_of: Of
):
    browser = client_of(rte)
    page = read(browser, f"/connections/{world.connection.pk}/")
    assert address(world) in page
    page = read(browser, address(world))
    assert "An admin of the console makes the plan and confirms it." in page
    assert "same keys in the new Jira" in page
    assert "write filters by names" in page
    assert "Make the plan</button>" not in page
    assert browser.post(address(world, "plan/"), {"destination": to.pk}).status_code == 403
    move = planned(world, to, rte)
    page = read(browser, address(world))
    assert "The plan is made: look, and confirm" in page
    assert "An admin of the console confirms it." in page
    assert 'value="confirm"' not in page
    sent = {"take": "confirm", "move": move.pk}
    assert browser.post(address(world, "decide/"), sent).status_code == 403
    assert "FALCON-1" in read(browser, address(world, f"{move.pk}/?kind=issue"))


def test_from_the_choice_to_the_end(world: World, to: Connection, admin: User, client_of: Of):
    browser = client_of(admin)
    page = read(browser, address(world))
    assert "Make the plan</button>" in page
    assert to.base_url in page
    assert browser.post(address(world, "plan/"), {"destination": to.pk}).status_code == 302
    assert "The plan is being made" in read(browser, address(world))
    move = at_work(last())
    page = read(browser, address(world))
    assert "Move the connection</button>" in page
    assert "0 items stay on the board only" in page
    browser.post(address(world, "decide/"), {"take": "confirm", "move": move.pk})
    page = read(browser, address(world))
    assert "The connection is being moved" in page
    assert "Edits on the board wait" in page
    assert 'name="take"' not in page
    fragment = browser.get(address(world), headers={"HX-Request": "true"})
    assert fragment.status_code == 200
    at_work(move)
    page = read(browser, address(world))
    assert "The connection was moved" in page
    assert "Plan the way back</button>" in page
    assert browser.get(address(world), headers={"HX-Request": "true"}).status_code == 286
    kept = read(browser, f"/connections/{to.pk}/move/")
    assert "for the way back" in kept
    assert "Make the plan</button>" not in kept
    browser.post(address(world, "decide/"), {"take": "back", "move": move.pk})
    back = at_work(last())
    assert "Put the connection back</button>" in read(browser, address(world))
    browser.post(address(world, "decide/"), {"take": "confirm", "move": back.pk})
    assert at_work(back).state == "done"
    assert "The connection was put back" in read(browser, address(world))


def test_a_stale_session_says_first_who_it_is(
    world: World, to: Connection, admin: User, client_of: Of
):
    move = planned(world, to, admin)
    browser = client_of(admin)
    browser.get("/profile/")
    session = browser.session
    session["begun"] -= int(app_settings.REAUTHENTICATION_TIMEOUT * 2.1)
    session.save()
    answer = browser.post(address(world, "decide/"), {"take": "confirm", "move": move.pk})
    assert answer["Location"].startswith("/account/reauthenticate/?next=")
    answer = browser.post(address(world, "plan/"), {"destination": to.pk})
    assert answer["Location"].startswith("/account/reauthenticate/?next=")
    move.refresh_from_db()
    assert move.state == "planned"


def test_a_refusal_is_said_and_nothing_happens(
    world: World, to: Connection, admin: User, client_of: Of
):
    browser = client_of(admin)
    for value in ("", "x", "00000000-0000-0000-0000-000000000000"):
        answer = browser.post(address(world, "plan/"), {"destination": value})
        assert answer.status_code in (302, 404)
    answer = browser.post(
        address(world, "plan/"), {"destination": world.connection.pk}, follow=True
    )
    assert "leads to the Jira of this connection" in answer.content.decode()
    for value in ("", "x"):
        assert browser.post(address(world, "decide/"), {"move": value}).status_code == 302
    move = planned(world, to, admin)
    browser.post(address(world, "decide/"), {"take": "none", "move": move.pk})
    browser.post(address(world, "decide/"), {"take": "give_up", "move": move.pk})
    move.refresh_from_db()
    assert move.state == "cancelled"
    assert "The plan was given up" in read(browser, address(world))


def test_why_a_plan_cannot_be_carried_out_stands_beside_it(
    world: World, there: Handle, to: Connection, admin: User, client_of: Of
):
    site = there.site
    site.project("FALCON").archived = True
    planned(world, to, admin)
    page = read(client_of(admin), address(world))
    assert "The project FALCON cannot be moved: It is archived there." in page
    assert 'value="confirm"' not in page
    assert "Make the plan anew</button>" in page


def test_the_table_is_paged_filtered_and_downloaded(
    world: World,
    there: Handle,
    to: Connection,
    rte: User,
    client_of: Of,
    monkeypatch: pytest.MonkeyPatch,
):
    monkeypatch.setattr(site_move, "PER_PAGE", 20)
    item = world.first()
    there.site.forget(there.site.keys[item.remote_key])
    move = planned(world, to, rte)
    MoveRow.objects.create(
        move=move, kind="person", verdict="missing", old_id="x", old_name="=cmd|'/C calc'!A0"
    )
    browser = client_of(rte)
    page = read(browser, address(world, f"{move.pk}/?kind=issue&verdict=missing"))
    assert item.remote_key in page
    assert "No issue of this key is shown there." in page
    assert page.count("<tr>") == 2
    assert "Page 1 of 3" in read(browser, address(world, f"{move.pk}/"))
    answer: Any = browser.get(address(world, f"{move.pk}/table.csv"))
    text = answer.getvalue().decode("utf-8-sig")
    lines = list(csv.DictReader(io.StringIO(text)))
    assert len(lines) == MoveRow.objects.filter(move=move).count()
    (odd,) = [one for one in lines if one["id"] == "x"]
    assert odd["name"].startswith("'=")
    (lone,) = [one for one in lines if one["kind"] == "issue" and one["verdict"] == "missing"]
    assert (lone["project"], lone["name"], lone["id_there"]) == ("FALCON", item.remote_key, "")
    answer = browser.get(address(world, f"{move.pk}/table.csv?kind=status"))
    assert b"FALCON-1" not in answer.getvalue()


def test_a_viewer_sees_how_far_it_is_and_no_table(
    world: World, to: Connection, rte: User, viewer: User, client_of: Of
):
    move = moved(world, to, rte)
    browser = client_of(viewer)
    assert "The connection was moved" in read(browser, address(world))
    assert browser.get(address(world, f"{move.pk}/")).status_code == 403
    assert browser.get(address(world, f"{move.pk}/table.csv")).status_code == 403


def test_a_held_connection_names_the_move_as_a_way(
    world: World, there: Handle, admin: User, client_of: Of
):

    site_identity.hold(world.connection, SiteDoubt.ANOTHER)
    page = read(client_of(admin), f"/connections/{world.connection.pk}/")
    assert "Move this connection to that Jira" in page
    assert address(world) in page


def test_an_item_that_was_kept_says_why(
    world: World, there: Handle, to: Connection, rte: User, client_of: Of
):
    item = world.first()
    there.site.forget(there.site.keys[item.remote_key])
    moved(world, to, rte)
    assert "the issue there is not certain" in read(client_of(rte), f"/items/{item.pk}/")
    page = read(client_of(rte), address(world))
    assert "1 item is kept on the board only" in page
    assert WorkItem.objects.get(pk=item.pk).remote_key == ""


def test_the_board_says_what_edits_wait_for(world: World, to: Connection, rte: User, client_of: Of):
    move = planned(world, to, rte)
    decisions.confirm(move, actor=rte)
    page = read(client_of(rte), f"/connections/{world.connection.pk}/")
    assert "This connection is being moved to another Jira. Edits on the board wait." in page
    assert "Being moved" in page
