"""The benchmark server's Jira: how it answers one request, without any waiting."""

from __future__ import annotations

import re
import time
from array import array
from collections import Counter
from collections.abc import Sequence
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

import orjson

from benchmarks import _issues
from benchmarks._concurrent_edits import ConcurrentEdits
from benchmarks._faults import Faults
from benchmarks._instance import KEY, Instance, Refused

MOST_IDS, MOST_FULL, MOST_OFFSET = 5000, 100, 1000


class Jira(Instance):
    """Issues, and what the benchmarks ask of the server itself (`/bench/…`)."""

    def __init__(self, flavour: str, issues: int, projects: int) -> None:
        super().__init__(flavour, issues, projects)
        self.calls: Counter[str] = Counter()
        self.writes: list[tuple[str, float]] = []  # issue id, moment of the answer
        self.tokens: list[
            tuple[Sequence[int], int]
        ] = []  # by number: a search's ids, the next place
        self.latency = 0.0
        self.faults = Faults()
        self.concurrent_edits = ConcurrentEdits(self.store)

    def answer(self, method: str, target: str, body: bytes) -> tuple[int, bytes]:
        parts = urlsplit(target)
        path = unquote(parts.path)
        query = dict(parse_qsl(parts.query))
        given = orjson.loads(body) if body else {}
        if path.startswith("/bench/"):
            return self._control(path, given)
        rest = re.sub(r"^/rest/(api/[23]|agile/1\.0|api/latest)", "", path)
        self.calls[f"{method} {_shape(rest)}"] += 1
        if struck := self.faults.strike():
            return struck
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
            self.faults.struck.clear()
        elif path == "/bench/faults":
            self.faults.set(**given)
        elif path == "/bench/concurrent_edits":
            self.concurrent_edits.begin(**given)
        elif path == "/bench/truth":
            return 200, orjson.dumps(self.concurrent_edits.truth())
        elif path == "/bench/writes":
            return 200, orjson.dumps(self.writes)
        elif path == "/bench/touch":
            self.store.edit(given["id"], {"summary": given["summary"]})
        struck = {str(status): number for status, number in self.faults.struck.items()}
        return 200, orjson.dumps({"calls": self.calls, "struck": struck})

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

    def _search(self, path: str, given: dict[str, Any]) -> bytes:
        if (path == "/search/jql") != self.cloud:
            raise Refused(410 if self.cloud else 404, "The requested API has been removed.")
        fields, expand = _names(given.get("fields")), _names(given.get("expand"), ())
        size = int(given.get("maxResults") or 50)
        if self.cloud:
            return self._token_page(given, fields, expand, size)
        ids = self.store.matching(str(given.get("jql", "")))
        start, size = int(given.get("startAt") or 0), min(size, MOST_OFFSET)
        body = self._bodies(ids[start : start + size], fields, expand)
        head = b'{"startAt":%d,"maxResults":%d,"total":%d,' % (start, size, len(ids))
        return head + b'"issues":[' + body + b"]}"

    def _token_page(
        self, given: dict[str, Any], fields: Sequence[str], expand: Sequence[str], size: int
    ) -> bytes:
        """A token stands for what is left of the search as it was: changes shift no page of Cloud's."""
        if token := given.get("nextPageToken"):
            ids, start = self.tokens[int(token)]
        else:
            ids, start = self.store.matching(str(given.get("jql", ""))), 0
        size = min(size, MOST_FULL if _is_full(fields) else MOST_IDS)
        some = [number for number in ids[start : start + size] if number not in self.store.gone]
        more = b'"isLast":true'
        if start + size < len(ids):
            more = b'"isLast":false,"nextPageToken":"%d"' % len(self.tokens)
            self.tokens.append((ids if token else array("q", ids), start + size))
        body = self._bodies(some, fields, expand)
        return b'{"issues":[' + body + b"]," + more + b"}"

    def _bulk(self, given: Any) -> bytes:
        if not self.cloud:
            raise Refused(404, "There is no bulk fetch on Data Center.")
        ids = self.store.named(given["issueIdsOrKeys"][:100])
        body = self._bodies(ids, _names(given.get("fields")))
        return b'{"issues":[' + body + b'],"issueErrors":[]}'

    def _bodies(
        self, numbers: Sequence[int], fields: Sequence[str], expand: Sequence[str] = ()
    ) -> bytes:
        """These issues as they are now; what people do next comes after."""
        body = self.store.rendered(numbers, fields, expand)
        if _is_full(fields):
            self.concurrent_edits.note(len(numbers))
        return body

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
        return self.store.rendered(ids, _names(query.get("fields")))


def _names(value: Any, default: Sequence[str] = ("*all",)) -> tuple[str, ...]:
    """Names from a list or from words with commas."""
    if isinstance(value, str):
        value = value.split(",")
    return tuple(value or default)


def _is_full(fields: Sequence[str]) -> bool:
    return bool(set(fields) - {"id", "key"})


def _shape(path: str) -> str:
    return re.sub(rf"/(\d+|{KEY}-\d+)(?=/|$)", "/{id}", path)
