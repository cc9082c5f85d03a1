"""Three styles of registering a webhook: the path, the body, and where the secret goes."""

import pytest

from jira_client.flavour import Flavour
from tests.jira_client.servers import CLOUD, DATA_CENTER, JIRA10, answer, scripted

URL, EVENTS = "https://alm.example.com/hook/x", ("jira:issue_updated", "sprint_created")
MADE = {
    "self": "https://api.atlassian.com/x/webhook/42",
    "name": "ALM",
    "url": URL,
    "events": EVENTS,
}


@pytest.mark.parametrize(
    ("flavour", "path"),
    [
        (CLOUD, "/rest/webhooks/1.0/webhook"),
        (DATA_CENTER, "/rest/webhooks/1.0/webhook"),
        (JIRA10, "/rest/jira-webhook/1.0/webhooks"),
    ],
)
def test_paths(flavour: Flavour, path: str) -> None:
    client, transport = scripted(flavour, answer(MADE, 201))
    made = client.webhooks.create("ALM", URL, EVENTS, "s3cret")
    assert (made.id, made.url, made.events) == ("42", URL, EVENTS)
    client.webhooks.delete("42")
    assert transport.targets() == [f"POST {path}", f"DELETE {path}/42"]


def test_cloud_takes_the_secret_at_the_top() -> None:
    client, transport = scripted(CLOUD, answer({**MADE, "isSigned": True}, 201))
    made = client.webhooks.create("ALM", URL, EVENTS, "s3cret", "project = A")
    body = transport.bodies()[0]
    assert (body["secret"], body["filters"]) == (
        "s3cret",
        {"issue-related-events-section": "project = A"},
    )
    assert made.signed is True


def test_data_center_9_never_gets_the_secret() -> None:
    client, transport = scripted(DATA_CENTER, answer(MADE, 201))
    assert client.webhooks.create("ALM", URL, EVENTS, "s3cret").signed is None
    assert b"s3cret" not in (transport.sent[0].body or b"")


def test_data_center_10_takes_it_in_its_configuration() -> None:
    client, transport = scripted(JIRA10, answer({**MADE, "id": 5, "configuration": {}}, 201))
    made = client.webhooks.create("ALM", URL, EVENTS, "s3cret")
    body = transport.bodies()[0]
    assert body["configuration"] == {"EXCLUDE_BODY": "false", "SECRET": "s3cret"}
    assert "secret" not in body
    assert (made.id, made.signed) == ("5", True)


@pytest.mark.parametrize("shape", [[MADE], {"values": [MADE]}])
def test_lists_in_both_shapes(shape: object) -> None:
    client, _ = scripted(JIRA10, answer(shape))
    assert [hook.id for hook in client.webhooks.list()] == ["42"]
