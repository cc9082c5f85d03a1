"""The equality statement: what it counts, what it names, and that it cannot be changed unseen."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.urls import reverse

from accounts.models import User
from planning.models import WorkItem
from sync.models import EqualityStatement, Shadow
from sync.pairs import equality
from tests.sync.world import World


def told(row: EqualityStatement) -> set[tuple[str, str, tuple[str, ...]]]:
    return {(one["key"], one["why"], tuple(one["fields"])) for one in row.unequal}


def test_after_a_comparison_everything_is_equal_and_signed(world: World) -> None:
    world.reconcile()
    row = equality.latest(world.project)
    assert row is not None
    assert (row.items, row.equal, row.unequal) == (12, 12, [])
    assert row.compared is not None
    assert row.compared <= row.taken
    assert equality.is_signed(EqualityStatement.objects.get(pk=row.pk))


def test_what_is_not_equal_is_named_with_its_reason(world: World) -> None:
    a, b, c, d, _e = WorkItem.objects.filter(project=world.project).order_by("rank")[:5]
    world.edit(a, summary="Waits")
    Shadow.objects.filter(item=b).update(parked={"story_points": "It is not on the screen."})
    Shadow.objects.filter(item=c).update(absence="unobserved")
    pair = Shadow.objects.get(item=d)
    Shadow.objects.filter(pk=pair.pk).update(agreed={**pair.agreed, "summary": "Otherwise"})
    alone = world.create("New")
    row = equality.state(world.project)
    assert told(row) == {
        (a.remote_key, "waiting", ()),
        (b.remote_key, "parked", ("story_points",)),
        (c.remote_key, "gone", ()),
        (d.remote_key, "differs", ("summary",)),
        ("", "waiting", ()),
    }
    assert (row.items, row.equal) == (13, 8)
    world.delete(alone)
    assert equality.state(world.project).items == 12


def test_a_conflict_is_said(world: World) -> None:
    world.project.conflict_policy = "ask"
    world.project.save()
    item = world.first()
    world.edit(item, summary="Ours")
    world.edit_issue(item.remote_key, summary="Theirs")
    world.settle()
    assert (item.remote_key, "conflict", ()) in told(equality.state(world.project))


def test_a_changed_statement_is_seen(world: World) -> None:
    row = equality.state(world.project)
    for change in ({"equal": 11}, {"items": 13}, {"unequal": [{"item": "x"}]}, {"key": "OTHER"}):
        EqualityStatement.objects.filter(pk=row.pk).update(**change)
        assert not equality.is_signed(EqualityStatement.objects.get(pk=row.pk))
        before = {name: getattr(row, name) for name in change}
        EqualityStatement.objects.filter(pk=row.pk).update(**before)
    assert equality.is_signed(EqualityStatement.objects.get(pk=row.pk))


def test_a_key_of_before_still_proves_it(world: World, settings: Any) -> None:
    row = equality.state(world.project)
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another key, long enough to be one"
    assert not equality.is_signed(row)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert equality.is_signed(row)


def test_it_stands_on_the_projects_page(
    world: World, rte: User, client_of: Callable[..., Any]
) -> None:
    world.edit(world.first(), summary="Waits")
    equality.state(world.project)
    page = reverse("sync:project", args=[world.project.pk])
    shown = " ".join(client_of(rte).get(page).content.decode().split())
    assert "all 12 items are equal on both sides in every mapped field, but this one:" in shown
    assert "waits to be sent" in shown
