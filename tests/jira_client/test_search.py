"""Searching reads everything once, by tokens or by id, whatever the server's own limits are."""

import json
import re
from typing import Any

from outgoing.wire import WireRequest, WireResponse
from tests.jira_client.servers import CLOUD, DATA_CENTER, answer, scripted


def row(number: int) -> dict[str, Any]:
    return {"id": str(number), "key": f"A-{number}", "fields": {}}


def data_center(ids: list[int], cap: int, refuse_gone: bool = False) -> Any:
    """A Data Center search over ids, which may lose some between the pages."""

    def search(request: WireRequest) -> WireResponse:
        body = json.loads(request.body or b"")
        match = re.search(r"id > (\d+)", body["jql"])
        last = int(match[1]) if match else 0
        if refuse_gone and last and last not in ids:
            return answer({"errorMessages": [f"A value with ID '{last}' does not exist"]}, 400)
        found = [number for number in ids if number > last]
        page = found[body["startAt"] :][: min(cap, body["maxResults"])]
        return answer({"issues": [row(n) for n in page], "total": len(found), "startAt": 0})

    return search


def test_data_center_is_read_by_id_and_never_by_offset() -> None:
    client, transport = scripted(DATA_CENTER, data_center(list(range(1, 8)), cap=3))
    found = [issue.id for issue in client.search.all("project = A ORDER BY rank", ("id",))]
    assert found == [str(n) for n in range(1, 8)]
    assert [body["startAt"] for body in transport.bodies()] == [0, 0, 0]
    assert transport.bodies()[1]["jql"] == "(project = A) AND (id > 3) ORDER BY id ASC"


def test_deletions_between_pages_lose_nothing() -> None:
    ids = list(range(1, 11))
    client, _ = scripted(DATA_CENTER, data_center(ids, cap=3))
    found = []
    for issue in client.search.all("project = A", ("id",)):
        found.append(int(issue.id))
        if issue.id == "2":
            ids.remove(1)
            ids.remove(2)
    assert found == list(range(1, 11))


def test_a_last_issue_deleted_meanwhile_does_not_end_the_reading() -> None:
    ids = list(range(1, 8))
    client, _ = scripted(DATA_CENTER, data_center(ids, cap=3, refuse_gone=True))
    found = []
    for issue in client.search.all("project = A", ("id",)):
        found.append(int(issue.id))
        if issue.id == "3":
            ids.remove(3)
    assert found == list(range(1, 8))


def test_cloud_follows_tokens_and_trusts_what_comes() -> None:
    pages = [
        answer({"issues": [row(1), row(2)], "nextPageToken": "t1", "isLast": False}),
        answer({"issues": [row(2), row(3)], "nextPageToken": "t2"}),
        answer({"issues": [], "isLast": True}),
    ]
    client, transport = scripted(CLOUD, *pages)
    found = [issue.id for issue in client.search.all("project = A", ("summary",), limit=50)]
    assert found == ["1", "2", "3"]
    assert [body.get("nextPageToken") for body in transport.bodies()] == [None, "t1", "t2"]
    assert transport.targets()[0] == "POST /rest/api/2/search/jql"


def test_cloud_is_told_what_was_just_written_and_which_properties() -> None:
    client, transport = scripted(CLOUD, answer({"issues": [], "isLast": True}))
    client.search.page("project = A", ("id",), properties=("alm",), reconcile=("10001",))
    assert transport.bodies()[0]["reconcileIssues"] == [10001]
    assert transport.bodies()[0]["properties"] == ["alm"]


def test_ids_are_asked_for_cheaply() -> None:
    client, transport = scripted(CLOUD, answer({"issues": [row(5)], "isLast": True}))
    assert list(client.search.ids("project = A")) == ["5"]
    assert transport.bodies()[0] == {"jql": "project = A", "maxResults": 5000, "fields": ["id"]}


def test_counting() -> None:
    client, transport = scripted(CLOUD, answer({"count": 12}))
    assert client.search.count("project = A order by id") == 12
    assert transport.bodies() == [{"jql": "project = A"}]
    client, _ = scripted(DATA_CENTER, answer({"issues": [], "total": 9}))
    assert client.search.count("project = A") == 9
