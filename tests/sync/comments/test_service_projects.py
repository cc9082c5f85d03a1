"""Internal notes of a service project never slip out onto the board."""

from __future__ import annotations

import pytest

from almconnect.lib.api import Refused
from jira_sandbox.server import Handle
from sync.mapping import project_mapping
from sync.models import Shadow
from tests.sync.world import PROJECT, World, build

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def serving(handle: Handle, rte) -> World:
    handle.site.project(PROJECT).service = True
    return build(handle, rte)


def test_they_come_only_where_jira_tells_which_are_internal(serving: World) -> None:
    if serving.handle.site.cloud:
        assert serving.project.comments == "both"
        return
    assert serving.project.comments == "off"
    with pytest.raises(Refused, match="internal notes"):
        project_mapping.change(
            serving.project, actor=serving.person, values={"comments": "from_jira"}
        )


def test_an_internal_note_stays_in_jira(serving: World) -> None:
    item = serving.first()
    serving.comment_there(item.remote_key, "a note")
    serving.comment_there(item.remote_key, "for the customer")
    serving.handle.site.issue(item.remote_key).comments[0].public = False
    serving.poll()
    cloud = serving.handle.site.cloud
    assert [text for _who, text in serving.comments(item)] == ["for the customer"] * cloud
    assert Shadow.objects.get(item=item).withheld == (1 if cloud else 0)
