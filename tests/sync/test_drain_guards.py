"""What a delivery names is read, whichever end it names it by; what it says is never believed alone."""

from __future__ import annotations

import pytest

from planning.models import WorkItem
from sync.inbound import bisect
from sync.models import Delivery, Shadow
from sync.outbound import send_changes
from tests.sync.test_drain import deliver
from tests.sync.world import World


def test_the_far_end_of_a_link_is_read_as_well(world: World) -> None:
    near, far = WorkItem.objects.live().filter(project=world.project, type="Story")[:2]
    world.handle.site.keys[far.remote_key].values["summary"] = "Read by the link alone"
    world.hook(
        {
            "webhookEvent": "issuelink_created",
            "timestamp": 1,
            "issueLink": {
                "id": 1,
                "sourceIssueId": int(near.remote_id),
                "destinationIssueId": int(far.remote_id),
            },
        }
    )
    world.drain()
    far.refresh_from_db()
    assert far.summary == "Read by the link alone"


def test_an_update_of_an_issue_that_is_not_there_is_no_deletion(world: World) -> None:
    item = world.first()
    world.hide(item)
    deliver(world, "jira:issue_updated", item.remote_id)
    world.drain()
    item.refresh_from_db()
    assert item.deleted is None
    assert Shadow.objects.get(item=item).absence == "unobserved"


def test_a_delivery_that_failed_is_not_settled(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = WorkItem.objects.live().filter(project=world.project, type="Story")[:2]
    apply = bisect.pull.apply

    def clumsy(project, issues, **rest):
        if any(issue.id == bad.remote_id for issue in issues):
            raise ZeroDivisionError
        return apply(project, issues, **rest)

    monkeypatch.setattr(bisect.pull, "apply", clumsy)
    for item in (bad, good):
        deliver(world, "jira:issue_updated", item.remote_id)
    world.drain()
    states = dict(Delivery.objects.values_list("issue_id", "state"))
    assert states[good.remote_id] == "done"
    assert states[bad.remote_id] in {"waiting", "failed"}


def test_a_create_whose_answer_was_lost_is_known_by_its_mark(world: World) -> None:
    """Its webhook comes before anybody has looked for it."""
    item = world.create("Marked")
    world.fault("answer_lost", times=1, method="POST", path=r"/issue(/bulk)?$")
    world.make_due()
    send_changes.send_slice(world.connection.pk)
    world.mend()
    (key,) = world.issues("Marked")
    deliver(world, "jira:issue_created", str(world.handle.site.keys[key].id))
    world.drain()
    assert list(WorkItem.objects.filter(summary="Marked").values_list("pk", flat=True)) == [item.pk]
    item.refresh_from_db()
    assert item.remote_key == key


def test_also_where_the_mapping_s_filter_would_leave_it_out(world_with) -> None:
    world = world_with(jql="labels = kept")
    item = world.create("Marked")
    world.fault("answer_lost", times=1, method="POST", path=r"/issue(/bulk)?$")
    world.make_due()
    send_changes.send_slice(world.connection.pk)
    world.mend()
    (key,) = world.issues("Marked")
    deliver(world, "jira:issue_created", str(world.handle.site.keys[key].id))
    world.drain()
    item.refresh_from_db()
    assert item.remote_key == key
