"""The server: keep-alive, parallel callers, a clean end, nothing lost between threads."""

from __future__ import annotations

import http.client
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests

from jira_sandbox.server import Handle, running
from tests.sandbox.callers import Caller


def test_one_connection_serves_many_requests(datacenter: Handle) -> None:
    parts = urlsplit(datacenter.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    connection.connect()
    port = connection.sock.getsockname()[1]
    for method, expected in (("GET", 200), ("HEAD", 200), ("GET", 200)):
        connection.request(method, "/jira/rest/api/2/serverInfo")
        answer = connection.getresponse()
        body = answer.read()
        assert answer.status == expected
        assert bool(body) is (method == "GET")
        assert connection.sock.getsockname()[1] == port
    connection.close()


def test_parallel_creates_all_get_their_own_key(service: Caller, jira: Handle) -> None:
    with ThreadPoolExecutor(8) as pool:
        keys = list(pool.map(lambda _: service.story()["key"], range(40)))
    assert len(set(keys)) == 40
    assert len(jira.site.of_project[jira.site.project("FALCON").id]) == 12 + 40


def test_it_ends_while_a_client_holds_on() -> None:
    with requests.Session() as session:
        with running("cloud", seed="empty") as handle:
            assert session.get(handle.url + "/rest/api/2/serverInfo", timeout=10).ok
        with pytest.raises(requests.ConnectionError):
            session.get(handle.url + "/rest/api/2/serverInfo", timeout=10)


def test_calls_are_counted_by_path_template(service: Caller, jira: Handle) -> None:
    service("POST", "/sandbox/reset")
    for key in ("FALCON-1", "FALCON-2"):
        service.get(f"/rest/api/2/issue/{key}")
    state = service.get("/sandbox/state")
    assert state["calls"] == {"GET /rest/api/{api}/issue/{issue}": 2}


def test_bulk_issues_are_honest_in_size(service: Caller, jira: Handle) -> None:
    answer = service("POST", "/sandbox/issues", {"project": "OTTER", "count": 300})
    first, last = answer.json()["first"], answer.json()["last"]
    assert last - first == 299
    whole = service("GET", f"/rest/api/2/issue/{first}")
    assert 4000 < len(whole.content) < 7000


def test_outside_the_context_path_is_nothing(datacenter: Handle) -> None:
    bare = datacenter.url.removesuffix("/jira")
    assert requests.get(bare + "/rest/api/2/serverInfo", timeout=10).status_code == 404
