"""A Jira for benchmarks: asyncio, a set latency, generated issues of an honest size.

Run: python -m benchmarks._server [--flavour cloud|datacenter] [--latency MS] [--issues N] [--projects N].
Prints {"url": …} and serves until it is ended. It answers what the product and its alternatives ask,
quickly, so that a figure measures them and not this; the sandbox is the one that behaves like Jira.
An issue with all fields is about 5 KB, with fewer it is as small as they are. Loopback only.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import sys
import time
from collections import Counter
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from benchmarks import _issues
from benchmarks._issues import FIRST, Store

MOST_IDS, MOST_FULL, MOST_OFFSET = 5000, 100, 1000
KEY = "BENCH"
TYPES = [
    {"id": "10001", "name": "Story", "subtask": False, "hierarchyLevel": 0},
    {"id": "10004", "name": "Bug", "subtask": False, "hierarchyLevel": 0},
]
PERMISSIONS = (
    "ADMINISTER_PROJECTS", "BROWSE_PROJECTS", "CREATE_ISSUES", "EDIT_ISSUES", "DELETE_ISSUES",
    "LINK_ISSUES", "SCHEDULE_ISSUES", "VIEW_READONLY_WORKFLOW", "MANAGE_SPRINTS_PERMISSION",
    "MODIFY_REPORTER", "TRANSITION_ISSUES", "ASSIGN_ISSUES", "ADMINISTER",
)  # fmt: skip
BOARD = {"id": 1, "name": "BENCH board", "type": "scrum"}
LINKS = [{"id": "1", "name": "Blocks", "inward": "is blocked by", "outward": "blocks"}]


class Refused(Exception):
    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


class Jira:
    """What the server knows: how it answers one request, without any waiting."""

    def __init__(self, flavour: str, issues: int, projects: int) -> None:
        self.cloud = flavour == "cloud"
        self.store = Store(KEY, issues, self.cloud)
        self.projects = [self._project(10000, KEY)]
        self.projects += [self._project(10000 + n, f"P{n}") for n in range(1, projects)]
        self.by_key = {one["key"]: one for one in self.projects}
        self.by_key |= {one["id"]: one for one in self.projects}
        self.calls: Counter[str] = Counter()
        self.writes: list[tuple[str, float]] = []  # issue id, moment of the answer
        self.url = ""
        self.latency = 0.0

    def _project(self, number: int, key: str) -> dict[str, Any]:
        return {"id": str(number), "key": key, "name": f"Project {key}", "issueTypes": TYPES}

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(target)
        path = unquote(parts.path)
        query = dict(parse_qsl(parts.query))
        given = orjson.loads(body) if body else {}
        if path.startswith("/bench/"):
            return self._control(path, given)
        rest = re.sub(r"^/rest/(api/[23]|agile/1\.0|api/latest)", "", path)
        self.calls[f"{method} {_shape(rest)}"] += 1
        try:
            found = self._route(method, rest, query, given)
        except Refused as refused:
            error = {"errorMessages": [str(refused)], "errors": {}}
            return refused.status, orjson.dumps(error)
        if found is None:
            return 204, b""
        return 200, found if isinstance(found, bytes) else orjson.dumps(found)

    def _control(self, path: str, given: dict[str, Any]) -> tuple[int, bytes]:
        if path == "/bench/latency":
            self.latency = given["ms"] / 1000
        elif path == "/bench/reset":
            self.calls.clear()
            self.writes.clear()
        elif path == "/bench/writes":
            return 200, orjson.dumps(self.writes)
        elif path == "/bench/touch":
            self.store.edit(given["id"], {"summary": given["summary"]})
        return 200, orjson.dumps({"calls": self.calls, "total": sum(self.calls.values())})

    def _route(self, method: str, path: str, query: dict[str, str], given: Any) -> Any:
        if path in ("/search/jql", "/search"):
            return self._search(path, {**query, **given})
        if path == "/issue/bulkfetch":
            return self._bulk(given)
        if path.startswith("/issue/") and not path.startswith("/issue/createmeta"):
            return self._issue(method, path, query, given)
        plain = self._plain(path, query, given)
        if plain is not ...:
            return plain
        if path.startswith("/project/"):
            return self._of_project(path)
        if path.startswith("/issue/createmeta"):
            return self._createmeta(path)
        if path.startswith("/board"):
            return self._board(path)
        raise Refused(404, f"The benchmark server does not know {method} {path}.")

    def _plain(self, path: str, query: dict[str, str], given: Any) -> Any:
        """Answers that need no look at an issue; `...` where there is none."""
        if path == "/serverInfo":
            return self._server_info()
        if path in ("/myself", "/user"):
            return _issues.PERSON if self.cloud else _issues.PERSON_SERVER
        if path == "/field":
            return _issues.fields(self.cloud)
        if path == "/issueLinkType":
            return {"issueLinkTypes": LINKS}
        if path == "/project":
            return self.projects
        if path == "/project/search":
            return self._page(self.projects, query, 100)
        if path == "/issuetype/project":
            return TYPES
        if path == "/search/approximate-count":
            return {"count": len(self.store.ids)}
        if path == "/mypermissions":
            return self._mine(query)
        if path == "/permissions/check" and self.cloud:
            return self._check(given)
        if "webhook" in path:
            raise Refused(403, "Only administrators may manage webhooks.")
        return ...

    def _server_info(self) -> dict[str, Any]:
        version = [1001, 0, 0] if self.cloud else [9, 12, 0]
        return {
            "baseUrl": self.url,
            "version": ".".join(map(str, version)),
            "versionNumbers": version,
            "deploymentType": "Cloud" if self.cloud else "Server",
            "serverTime": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            "serverTitle": "Benchmark",
        }

    def _page(self, rows: list[Any], query: dict[str, str], most: int) -> dict[str, Any]:
        start, size = int(query.get("startAt", 0)), min(int(query.get("maxResults", 50)), most)
        some = rows[start : start + size]
        return {
            "startAt": start, "maxResults": size, "total": len(rows), "values": some,
            "isLast": start + len(some) >= len(rows),
        }  # fmt: skip

    def _mine(self, query: dict[str, str]) -> dict[str, Any]:
        if (key := query.get("projectKey")) and key not in self.by_key:
            raise Refused(404, f"No project could be found with key '{key}'.")
        names = query["permissions"].split(",") if self.cloud else PERMISSIONS
        unknown = {name: "Unrecognized permission" for name in names if name not in PERMISSIONS}
        if unknown:
            raise Refused(400, " ".join(unknown))
        return {
            "permissions": {
                name: {
                    "id": "1", "key": name, "name": name, "type": "PROJECT",
                    "description": f"Ability to {name.lower()}.", "havePermission": True,
                }
                for name in names
            }
        }  # fmt: skip

    def _check(self, given: Any) -> dict[str, Any]:
        asked = given["projectPermissions"][0]
        unknown = [name for name in asked["permissions"] if name not in PERMISSIONS]
        if unknown:
            raise Refused(400, " ".join(unknown))
        projects = [number for number in asked["projects"] if str(number) in self.by_key]
        rows = [{"permission": name, "projects": projects, "issues": []}
                for name in asked["permissions"]]  # fmt: skip
        return {"globalPermissions": [], "projectPermissions": rows}

    def _of_project(self, path: str) -> Any:
        key = path.split("/")[2]
        if key not in self.by_key:
            raise Refused(404, f"No project could be found with key '{key}'.")
        if path.endswith("/statuses"):
            return [{**kind, "statuses": _issues.STATUSES} for kind in TYPES]
        return self.by_key[key]

    def _createmeta(self, path: str) -> dict[str, Any]:
        screen = path.count("/") == 5
        rows = _issues.screen(self.cloud) if screen else TYPES
        name = ("fields" if screen else "issueTypes") if self.cloud else "values"
        return {name: rows, "total": len(rows), "maxResults": 200, "startAt": 0, "isLast": True}

    def _board(self, path: str) -> dict[str, Any]:
        if path.endswith("/configuration"):
            points = _issues.POINTS
            return {**BOARD, "estimation": {"field": {"fieldId": points}},
                    "ranking": {"rankCustomFieldId": 10019}, "columnConfig": {"columns": []}}  # fmt: skip
        if path.endswith("/sprint"):
            return {"values": _issues.SPRINTS, "isLast": True, "maxResults": 50, "startAt": 0}
        return {"values": [BOARD], "isLast": True, "maxResults": 50, "startAt": 0}

    def _search(self, path: str, given: dict[str, Any]) -> bytes:
        ids = self.store.matching(str(given.get("jql", "")))
        fields = _names(given.get("fields"))
        token = path == "/search/jql"
        if token != self.cloud:
            raise Refused(410 if self.cloud else 404, "The requested API has been removed.")
        cheap = not set(fields) - {"id", "key"}
        most = (MOST_IDS if cheap else MOST_FULL) if token else MOST_OFFSET
        size = min(int(given.get("maxResults") or 50), most)
        start = int(given.get("nextPageToken" if token else "startAt") or 0)
        some = ids[start : start + size]
        body = self.store.rendered(some, fields, _names(given.get("properties")))
        after = start + len(some)
        if token:
            last = after >= len(ids)
            more = b'"isLast":true' if last else b'"isLast":false,"nextPageToken":"%d"' % after
            return b'{"issues":[' + body + b"]," + more + b"}"
        head = b'{"startAt":%d,"maxResults":%d,"total":%d,' % (start, size, len(ids))
        return head + b'"issues":[' + body + b"]}"

    def _bulk(self, given: Any) -> bytes:
        if not self.cloud:
            raise Refused(404, "There is no bulk fetch on Data Center.")
        ids = self.store.named(given["issueIdsOrKeys"][:100])
        body = self.store.rendered(ids, _names(given.get("fields")), ())
        return b'{"issues":[' + body + b'],"issueErrors":[]}'

    def _issue(self, method: str, path: str, query: dict[str, str], given: Any) -> Any:
        if path == "/issue/rank":
            return None
        parts = path.split("/")
        ids = self.store.named([parts[2]])
        if not ids:
            raise Refused(404, "Issue does not exist or you do not have permission to see it.")
        what = parts[3] if len(parts) > 3 else ""
        if what == "editmeta":
            return {"fields": {one["fieldId"]: one for one in _issues.screen(self.cloud)}}
        if what == "transitions":
            if method == "POST":
                self.store.edit(ids[0], {"status": _issues.status_of(given["transition"]["id"])})
                return None
            return {"transitions": _issues.transitions()}
        if what == "properties":
            return None if method == "PUT" else {}
        if method == "PUT":
            self.store.edit(ids[0], given.get("fields", {}))
            self.writes.append((str(ids[0]), time.time() + self.latency))
            return None
        if method == "DELETE":
            self.store.remove(ids[0])
            return None
        return self.store.rendered(ids, _names(query.get("fields")), ())


def _names(value: Any) -> tuple[str, ...]:
    """Field names from a list or from words with commas; none: all."""
    if isinstance(value, str):
        value = value.split(",")
    return tuple(value or ("*all",))


def _shape(path: str) -> str:
    return re.sub(rf"/(\d+|{KEY}-\d+)(?=/|$)", "/{id}", path)


class Talk(asyncio.Protocol):
    """HTTP/1.1 with keep-alive; one request after another on a connection."""

    def __init__(self, jira: Jira) -> None:
        self.jira, self.buffer = jira, b""

    def connection_made(self, transport: Any) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        while b"\r\n\r\n" in self.buffer:
            head, _, rest = self.buffer.partition(b"\r\n\r\n")
            found = re.search(rb"\r\ncontent-length: *(\d+)", head.lower())
            length = int(found[1]) if found else 0
            if len(rest) < length:
                return
            self.buffer = rest[length:]
            self.respond(head, rest[:length])

    def respond(self, head: bytes, body: bytes) -> None:
        method, target, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
        status, payload = self.jira.answer(method, target, body)
        lines = (
            f"HTTP/1.1 {status} OK\r\nContent-Type: application/json;charset=UTF-8\r\n"
            f"Date: {formatdate(usegmt=True)}\r\nX-AUSERNAME: svc-alm\r\n"
            f"Content-Length: {len(payload)}\r\n\r\n"
        )
        answer = lines.encode() + payload
        wait = 0.0 if target.startswith("/bench/") else self.jira.latency
        if wait:
            asyncio.get_running_loop().call_later(wait, self.write, answer)
        else:
            self.write(answer)

    def write(self, answer: bytes) -> None:
        if not self.transport.is_closing():
            self.transport.write(answer)


async def serve(options: Any) -> None:
    jira = Jira(options.flavour, options.issues, options.projects)
    jira.latency = options.latency / 1000
    server = await asyncio.get_running_loop().create_server(lambda: Talk(jira), "127.0.0.1", 0)
    jira.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    print(json.dumps({"url": jira.url, "first": FIRST}), flush=True)
    await server.serve_forever()


def main(words: Iterable[str]) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flavour", default="cloud", choices=("cloud", "datacenter"))
    parser.add_argument("--latency", type=float, default=0, help="milliseconds a call")
    parser.add_argument("--issues", type=int, default=1000)
    parser.add_argument("--projects", type=int, default=1)
    asyncio.run(serve(parser.parse_args(list(words))))


if __name__ == "__main__":
    main(sys.argv[1:])
