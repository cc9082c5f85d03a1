"""A mapping is checked against the project's workflows, screens and required fields, and says so."""

from __future__ import annotations

from django.urls import reverse

from connections.report import permission_report
from jira_client.values import Status
from sync.mapping import mapping_check
from tests.sync.world import World


def test_a_normal_project_fits(world: World):
    checked = mapping_check.check(world.project)
    assert [one for one in checked.findings if one.part in ("workflow", "types", "statuses")] == []


def test_a_status_that_a_workflow_lacks_is_named(world: World):
    kind = next(iter(world.project.type_map))
    remote = str(world.project.type_map[kind])
    done = str(world.project.status_map["Done"])
    of_types = {
        str(type_id): [Status(str(s), w) for w, s in world.project.status_map.items()]
        for type_id in world.project.type_map.values()
    }
    of_types[remote] = [one for one in of_types[remote] if one.id != done]
    (found,) = mapping_check.workflow(world.project, of_types)
    assert found.part == "workflow"
    assert kind in found.message
    assert "Done" in found.message
    assert "Please add the status Done" in found.text


def test_what_jira_dropped_or_added_is_named(world: World):
    every = [Status(str(s), w) for w, s in world.project.status_map.items()]
    kept = {
        str(t): [*every, Status("999", "Waiting for parts")]
        for t in world.project.type_map.values()
    }
    (left,) = mapping_check.workflow(world.project, kept)
    assert (left.part, left.state) == ("statuses", "unknown")
    assert "Waiting for parts" in left.message
    gone = {t: [one for one in found if one.name != "Done"][:-1] for t, found in kept.items()}
    (dropped,) = mapping_check.workflow(world.project, gone)
    assert "“Done” is mapped to a status" in dropped.message


def test_screens_come_from_the_last_report_and_the_page_shows_them(
    world: World, client_of, api, token_of, rte
):
    field = world.project.field_map["story_points"]
    site = world.handle.site
    falcon = next(one for one in site.projects.values() if one.key == "FALCON")
    falcon.hidden_fields.add(field)
    wanted = permission_report.request(world.connection, ["FALCON"], actor=rte)
    permission_report.take(wanted.pk)
    page = client_of(rte).get(reverse("sync:fields", args=[world.connection.pk])).content.decode()
    assert "do not fit the mapping" in page or "does not fit the mapping" in page
    shown = api(token_of(rte)).get(f"/projects/{world.project.pk}/mapping-check").json()
    assert shown["looked_at"]
    messages = [one["message"] for one in shown["findings"] if one["part"] == "screens"]
    assert any("not on the create screen of Story" in words for words in messages), messages
    assert messages[0] in page
