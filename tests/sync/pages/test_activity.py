"""Activity: one list of both directions, filtered, paged without gaps; detail pages; trying again."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from planning.models import Change, WorkItem
from sync.models import Delivery, Shadow
from sync.pages import stream
from sync.pages.stream import Place, Wanted
from tests.sync.pages.conftest import text_of
from tests.sync.world import World

LIST = reverse("sync:activity")


def deliver(world: World, number: int, **values: object) -> Delivery:
    given = {
        "event": "jira:issue_updated",
        "issue_key": "FALCON-1",
        "project_id": world.project.remote_id,
        "body": b"secret body",
    }
    return Delivery.objects.create(
        connection=world.connection, identity=f"d{number}", **{**given, **values}
    )


def test_nothing_yet_says_what_to_do(page: Client, db: None):
    assert "Map a project, then change something" in text_of(page.get(LIST))


def test_both_directions_are_one_list(page: Client, world: World):
    deliver(world, 1, state="failed", detail="Jira answered 500.")
    world.edit(world.first(), summary="New words", story_points=3)
    answer = page.get(LIST)
    words = text_of(answer)
    assert [row.way for row in answer.context["rows"]] == ["out", "in"]
    assert "Edited: Story points, Summary" in words
    assert "Jira answered 500." in words
    assert "1 of what is shown failed or is parked" in words
    tab = page.get(reverse("sync:activity", args=[world.connection.pk]))
    assert len(tab.context["rows"]) == 2
    assert "#6 Activity" in text_of(tab)


def test_filters(page: Client, world: World):
    deliver(world, 1)
    deliver(world, 2, event="jira:issue_deleted", state="done", project_id="999")
    world.edit(world.first(), summary="New words")
    for query, count in (
        ({"direction": "in"}, 2),
        ({"direction": "out"}, 1),
        ({"kind": "delete"}, 1),
        ({"kind": "edit"}, 2),
        ({"state": "waiting"}, 2),
        ({"project": str(world.project.pk)}, 2),
        ({"since": "2999-01-01"}, 0),
        ({"until": timezone.localdate().isoformat()}, 3),
        ({"state": "conflict"}, 0),
    ):
        assert len(page.get(LIST, query).context["rows"]) == count, query
    assert "Nothing fits this filter" in text_of(page.get(LIST, {"state": "conflict"}))
    assert page.get(LIST, {"state": "purple"}).status_code == 422


def test_pages_lose_and_repeat_nothing_though_clocks_disagree(world: World):
    now = timezone.now()
    for number in range(30):  # received out of order, as several web processes write them
        deliver(world, number, received=now - timedelta(seconds=(number * 7) % 11))
    item = world.first()
    for number in range(12):
        world.edit(item, summary=f"Words {number}")
    seen: list[tuple[str, int]] = []
    place: Place | None = Place()
    while place is not None:
        rows, place = stream.read(Wanted(), place, 5)
        assert rows
        deliver(world, 100 + len(seen))  # arrives meanwhile, above
        seen += [(row.way, row.id) for row in rows]
        place = Place.read(str(place)) if place else None
    assert len(seen) == len(set(seen)) == 42


def test_a_delivery_shows_its_story_but_never_its_body(page: Client, world: World):
    row = deliver(world, 1, state="failed", attempts=3, detail="Jira answered 500.")
    address = reverse("sync:delivery", args=[row.pk])
    words = text_of(page.get(address))
    assert "3 failed attempts" in words
    assert "Jira answered 500." in words
    assert "secret body" not in words
    page.post(reverse("sync:replay_delivery", args=[row.pk]))
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0)


def test_a_change_shows_values_and_every_attempt(page: Client, world: World):
    item = world.edit(world.first(), summary="New <words>")
    world.push()
    row = Change.objects.get()
    words = text_of(page.get(reverse("sync:change", args=[row.pk])))
    assert "New &lt;words&gt;" in words
    assert "Done" in words
    assert item.remote_key in words
    again = page.post(reverse("sync:replay_change", args=[row.pk]), follow=True)
    assert "Only a parked change can be sent again" in text_of(again)


def test_trying_many_again_counts_first(page: Client, world: World):
    address = reverse("sync:replay")
    deliver(world, 1, state="failed")
    old = deliver(world, 2, state="failed", received=timezone.now() - timedelta(days=9))
    world.edit(world.first(), summary="x")
    Change.objects.update(state="parked")
    since = timezone.localtime(timezone.now() - timedelta(hours=1)).strftime("%Y-%m-%dT%H:%M")
    words = text_of(page.get(address, {"since": since}))
    assert "2 would be tried again" in words
    assert Delivery.objects.filter(state="failed").count() == 2
    page.post(address, {"since": since})
    assert Change.objects.get().state == "waiting"
    assert [row.pk for row in Delivery.objects.filter(state="failed")] == [old.pk]
    assert page.get(address, {"since": "yesterday"}).status_code == 422


def test_a_viewer_may_not_try_again(viewer: User, client_of: Callable[..., Client], world: World):
    row = deliver(world, 1, state="failed")
    browser = client_of(viewer)
    assert "Read the issue again" not in text_of(
        browser.get(reverse("sync:delivery", args=[row.pk]))
    )
    assert browser.post(reverse("sync:replay_delivery", args=[row.pk])).status_code == 403
    assert browser.post(reverse("sync:replay"), {"since": "2026-01-01T00:00"}).status_code == 403


def test_the_last_page_offers_no_older_one(page: Client, world: World):
    deliver(world, 1)
    assert 'rel="next"' not in text_of(page.get(LIST))
    beyond = text_of(page.get(LIST, {"before": "0.0"}))
    assert "Nothing is older than this." in beyond
    assert 'rel="next"' not in beyond


def test_a_link_is_told_by_the_keys_of_its_ends(page: Client, world: World):
    first, second = Shadow.objects.filter(project=world.project).order_by("remote_id")[:2]
    given = {"event": "issuelink_created", "issue_key": "", "issue_id": first.remote_id}
    known = deliver(world, 1, **given, other_issue_id=second.remote_id)
    strange = deliver(world, 2, **given, other_issue_id="424242")
    words = text_of(page.get(LIST))
    assert f"{first.item.summary}</span> → {second.remote_key}" in words
    assert "→ 424242" in words
    for row in (known, strange):
        told = text_of(page.get(reverse("sync:delivery", args=[row.pk])))
        assert reverse("planning:item", args=[first.item_id]) in told
        assert first.item.summary in told


def test_a_delivery_of_an_unknown_issue_leads_to_its_story(page: Client, world: World):
    deliver(world, 1, issue_key="OTHER-7", issue_id="777")
    assert f"{reverse('sync:trace')}?key=OTHER-7" in text_of(page.get(LIST))


def test_naming_issues_costs_one_query_however_many(
    page: Client, world: World, django_assert_num_queries: Callable[..., object]
):
    shadows = list(Shadow.objects.filter(project=world.project))
    for number, shadow in enumerate(shadows):
        deliver(world, number, issue_id=shadow.remote_id)
    with django_assert_num_queries(3):  # deliveries, what they name, changes
        stream.read(Wanted(), Place())


def test_a_change_names_teams_and_items_not_their_ids(page: Client, world: World):
    item, other = world.first(), WorkItem.objects.exclude(pk=world.first().pk).first()
    assert other
    world.edit(item, parent=other.pk)
    row = Change.objects.get()
    words = text_of(page.get(reverse("sync:change", args=[row.pk])))
    assert str(other) in words
    assert str(other.pk) not in words
