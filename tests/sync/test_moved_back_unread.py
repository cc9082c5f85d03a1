"""An issue that nobody read yet went to a project that is not mapped, and came back, all in one slice."""

from __future__ import annotations

from jira_sandbox.model.links_and_moves import move
from planning.models import WorkItem
from tests.sync.world import World


def test_it_is_read_whatever_an_older_delivery_says(world: World) -> None:
    site = world.handle.site
    issue = site.keys[world.create_issue("Back again")]

    def told(number: int) -> None:
        fields = {"project": {"id": str(issue.project.id)}}
        body = {"id": str(issue.id), "key": issue.key, "fields": fields}
        world.hook({"webhookEvent": "jira:issue_updated", "n": number, "issue": body})

    for number, project in enumerate(("OTTER", "FALCON")):
        move(site, site.users["admin"], issue, site.project(project))
        told(number)
    world.drain()
    assert WorkItem.objects.filter(remote_id=str(issue.id)).exists()
