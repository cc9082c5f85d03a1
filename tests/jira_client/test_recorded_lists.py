"""More recorded answers: webhooks, old create screens, boards, creations, properties, refusals."""

from collections.abc import Callable
from typing import Any

import pytest

from jira_client.errors import Invalid
from jira_client.flavour import Flavour
from jira_client.values import Board, Created, Deployment, Webhook
from tests.jira_client.servers import CLOUD, DATA_CENTER, answer, scripted

Recorded = Callable[[str], Any]
OLD = Flavour.for_deployment(Deployment.DATA_CENTER, (7, 13, 0))


def test_a_server_webhook(recorded: Recorded) -> None:
    client, _ = scripted(DATA_CENTER, answer(recorded("rest-server-v2/webhook.json")))
    url = "http://localhost:3000/webhooks/1"
    assert client.webhooks.list() == [Webhook("2", "from API", url, (), True, None)]


def test_the_create_screen_before_version_84(recorded: Recorded) -> None:
    body = recorded("rest-cloud-and-server/createmeta.json")
    client, transport = scripted(OLD, answer(body))
    metas = {meta.id: meta.name for meta in client.fields.create_fields("TEST", "10001")}
    assert metas["customfield_10011"] == "Epic Name"
    assert "expand=projects.issuetypes.fields" in transport.sent[0].target


def test_boards(recorded: Recorded) -> None:
    client, _ = scripted(CLOUD, answer(recorded("rest-cloud-and-server/boards.json")))
    assert client.boards.list() == [Board(1, "Board 1", "scrum"), Board(2, "Board 2", "scrum")]


def test_every_recorded_page_of_sprints(recorded: Recorded) -> None:
    for name in ("sprints.json", "sprints-0.json", "sprints-2.json", "sprints-3.json"):
        body = {**recorded(f"rest-cloud-and-server/{name}"), "isLast": True}
        client, _ = scripted(CLOUD, answer(body))
        found = client.boards.sprints(1)
        assert [one.id for one in found] == [row["id"] for row in body["values"]]


def test_creations(recorded: Recorded) -> None:
    for name in ("rest-cloud-and-server/create.json", "rest-server-v2/issue.post.json"):
        body = recorded(name)
        client, _ = scripted(DATA_CENTER, answer(body, 201))
        assert client.issues.create({"summary": "x"}) == Created(body["id"], body["key"])


def test_a_property(recorded: Recorded) -> None:
    body = recorded("rest-server-v2/issue/10002/properties/foo.json")
    client, _ = scripted(DATA_CENTER, answer(body))
    assert client.issues.get_property("10002", "foo") == "bar"


@pytest.mark.parametrize(
    ("name", "messages", "fields"),
    [
        (
            "10002.put.missing_field_update.json",
            ("one of 'fields' or 'update' required",),
            {},
        ),
        (
            "10002.invalid.put.json",
            (),
            {"invalid": "Field 'invalid' is not valid for this operation."},
        ),
    ],
)
def test_refusals(
    recorded: Recorded, name: str, messages: tuple[str, ...], fields: dict[str, str]
) -> None:
    client, _ = scripted(DATA_CENTER, answer(recorded(f"rest-server-v2/issue/{name}"), 400))
    with pytest.raises(Invalid) as caught:
        client.issues.edit("10002", {"invalid": 1})
    assert (caught.value.messages, caught.value.field_errors) == (messages, fields)


def test_statuses_of_a_real_server_have_a_category(recorded: Recorded) -> None:
    body = [{"id": "1", "name": "Bug", "statuses": recorded("rest-server/all_statuses.json")}]
    client, _ = scripted(DATA_CENTER, answer(body))
    (statuses,) = client.projects.statuses("A").values()
    assert {status.category for status in statuses} <= {"new", "indeterminate", "done", "undefined"}
    assert all(status.id and status.name for status in statuses)
