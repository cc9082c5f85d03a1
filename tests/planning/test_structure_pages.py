"""ARTs, teams and PIs by forms: a PI from three numbers, sprints per team, refusals beside fields."""

from __future__ import annotations

import datetime
from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from almconnect.lib.api import Refused
from planning.models import Art, Iteration, Pi, SprintLink, Team, WorkItem
from planning.pi_plan import plan_pi
from tests.planning.reading import Page


@pytest.fixture
def client(rte: User, client_of: Callable[..., Client]) -> Client:
    return client_of(rte)


def test_a_pi_is_planned_with_its_iterations(client: Client, art: Art) -> None:
    address = reverse("planning:plan_pi")
    sent = {"name": "PI 2", "art": art.pk, "start": "2025-03-03", "iterations": 3, "weeks": 2}
    assert client.post(address, {**sent, "closing_ip": "on"}).status_code == 302
    pi = Pi.objects.get(name="PI 2")
    assert (pi.art, pi.end) == (art, datetime.date(2025, 4, 13))
    rows = list(pi.iterations.order_by("index").values_list("name", "start", "end"))
    assert [name for name, _start, _end in rows] == ["Iteration 1", "Iteration 2", "IP"]
    for (_n, _s, end), (_name, start, _e) in zip(rows, rows[1:], strict=False):  # noqa: RUF007
        assert start == end + datetime.timedelta(days=1)
    again = client.post(address, sent)
    assert again.status_code == 422
    assert "id_name_error" in Page(again.content).ids
    for field, value in (("iterations", 0), ("weeks", 99), ("start", "soon"), ("art", "x")):
        refused = client.post(address, {**sent, "name": "PI 3", field: value})
        assert f"id_{field}_error" in Page(refused.content).ids
    assert Pi.objects.count() == 1


def test_a_pi_that_cannot_be_is_not_half_made(art: Art) -> None:
    for start, iterations in ((datetime.date(9999, 12, 1), 5), (datetime.date(2025, 1, 6), 27)):
        with pytest.raises(Refused):
            plan_pi(actor=None, name="PI", art=art.pk, start=start, iterations=iterations, weeks=2)
    assert not Pi.objects.exists()


def test_an_iteration_takes_a_sprint_for_each_team(
    client: Client, team: Team, other_team: Team, iterations: list[Iteration]
) -> None:
    first, second, _third = (
        reverse("planning:edit_part", args=["iteration", one.pk]) for one in iterations
    )
    sent = Page(client.get(first).content).form("")
    assert {f"sprint_{team.pk}", f"sprint_{other_team.pk}"} <= set(sent)
    assert client.post(first, {**sent, f"sprint_{team.pk}": "41"}).status_code == 302
    assert list(SprintLink.objects.values_list("team", "sprint_id")) == [(team.pk, 41)]
    taken = client.post(
        second, {**Page(client.get(second).content).form(""), f"sprint_{team.pk}": 41}
    )
    assert taken.status_code == 422
    assert "another one" in taken.content.decode()
    assert client.post(first, sent).status_code == 302
    assert not SprintLink.objects.exists()


def test_parts_are_made_changed_and_removed(
    client: Client, art: Art, make_item: Callable[..., WorkItem]
) -> None:
    new = reverse("planning:add_part", args=["team"])
    assert client.post(new, {"name": "Green", "art": art.pk, "project": ""}).status_code == 302
    team = Team.objects.get(name="Green")
    edit = reverse("planning:edit_part", args=["team", team.pk])
    assert client.post(edit, {"name": "Lime", "art": "", "project": ""}).status_code == 302
    team.refresh_from_db()
    assert (team.name, team.art) == ("Lime", None)
    item = make_item(team=team.pk)
    remove = reverse("planning:remove_part", args=["team", team.pk])
    refused = client.post(remove)
    assert refused.status_code == 409
    assert "1 work item is planned in Lime" in refused.content.decode()
    WorkItem.objects.filter(pk=item.pk).delete()
    assert client.post(remove).status_code == 302
    assert client.get(edit).status_code == 404
    assert client.get(reverse("planning:add_part", args=["user"])).status_code == 404
