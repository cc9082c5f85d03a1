"""The benchmark server's issues: generated, editable, rendered field by field as ready JSON.

About 5 KB with all fields: a page of description, some comments, and the many custom fields, most of
them null, that a real instance sends whether they are used or not.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson

FIRST = 100_000
SPRINT, RANK, EPIC, POINTS, WSJF = (
    "customfield_10020", "customfield_10019", "customfield_10014", "customfield_10016",
    "customfield_10042",
)  # fmt: skip
_GREENHOPPER = "com.pyxis.greenhopper.jira:"
_FLOAT = "com.atlassian.jira.plugin.system.customfieldtypes:float"
PERSON = {
    "accountId": "5b10a2844c20165700ede21g", "accountType": "atlassian", "active": True,
    "displayName": "ALM Service", "emailAddress": "svc-alm@example.com", "timeZone": "UTC",
}  # fmt: skip
PERSON_SERVER = {
    "name": "svc-alm", "key": "svc-alm", "displayName": "ALM Service", "active": True,
    "emailAddress": "svc-alm@example.com", "timeZone": "UTC",
}  # fmt: skip
STATUSES = [
    {"id": "1", "name": "To Do", "statusCategory": {"key": "new"}},
    {"id": "3", "name": "In Progress", "statusCategory": {"key": "indeterminate"}},
    {"id": "5", "name": "Done", "statusCategory": {"key": "done"}},
]
SPRINTS = [{"id": n, "name": f"Sprint {n}", "state": "future", "originBoardId": 1} for n in (1, 2)]
BEGAN = datetime(2026, 1, 5, 8, tzinfo=UTC)
APART = timedelta(seconds=1)  # between issues, so that a million of them lie in the past
_TEXT = (
    "h3. Why\nA traveller who changes trains wants to know at once whether the next one waits.\n"
    "* the platform is shown with the time\n* a late train is told before it is seen\n"
) * 6
_CUSTOM = {f"customfield_{10100 + n}": None for n in range(60)}


def update_of(n: int, timestamp: int) -> bytes:
    """The webhook of an edit of issue `n` (0: the first): what names it, and no body."""
    issue = {"id": str(FIRST + n), "key": f"BENCH-{n + 1}",
             "fields": {"project": {"id": "10000", "key": "BENCH"}}}  # fmt: skip
    return orjson.dumps(
        {"webhookEvent": "jira:issue_updated", "timestamp": timestamp, "issue": issue}
    )


def fields(cloud: bool) -> list[dict[str, Any]]:
    """The instance's fields."""
    names = "summary description status labels priority assignee reporter parent issuetype"
    found: list[dict[str, Any]] = [
        {"id": name, "name": name.title(), "custom": False, "schema": {"type": "string"}}
        for name in names.split()
    ]
    rows = (
        (SPRINT, "Sprint", "array", _GREENHOPPER + "gh-sprint"),
        (RANK, "Rank", "any", _GREENHOPPER + "gh-lexo-rank"),
        (EPIC, "Epic Link", "any", _GREENHOPPER + "gh-epic-link"),
        (POINTS, "Story Points", "number", _FLOAT),
        (WSJF, "WSJF", "number", _FLOAT),
    )
    found += [
        {"id": id, "name": name, "custom": True, "schema": {"type": kind, "custom": custom}}
        for id, name, kind, custom in rows
    ]
    return found


def screen(cloud: bool) -> list[dict[str, Any]]:
    """Create and edit screens: everything that can be set."""
    return [
        {"fieldId": one["id"], "key": one["id"], "name": one["name"], "required": False,
         "hasDefaultValue": False, "schema": one["schema"], "operations": ["set"]}
        for one in fields(cloud) if one["id"] not in ("status", RANK)
    ]  # fmt: skip


def transitions() -> list[dict[str, Any]]:
    return [
        {"id": f"1{one['id']}", "name": one["name"], "to": one, "fields": {}} for one in STATUSES
    ]


def status_of(transition: str) -> dict[str, Any]:
    return next(one for one in STATUSES if f"1{one['id']}" == transition)


class Store:
    """Issues by number. An edit keeps the changed fields; everything else is generated again."""

    def __init__(self, key: str, count: int, cloud: bool) -> None:
        self.key, self.cloud = key, cloud
        self.ids = array("q", range(FIRST, FIRST + count))
        self.edited: dict[int, dict[str, bytes]] = {}
        self.updated: dict[int, datetime] = {}
        self.gone: set[int] = set()

    def edit(self, number: int, values: dict[str, Any]) -> None:
        mine = self.edited.setdefault(number, {})
        mine |= {name: orjson.dumps(value) for name, value in values.items()}
        self.updated[number] = now = datetime.now(UTC)
        mine["updated"] = orjson.dumps(_jira_time(now))

    def remove(self, number: int) -> None:
        self.gone.add(number)
        self.ids.remove(number)

    def named(self, names: Iterable[Any]) -> list[int]:
        """Numbers of ids or keys that exist."""
        found = []
        for name in map(str, names):
            last = name.rpartition("-")[2]
            number = int(last) if name.isdigit() else FIRST - 1 + int(last)
            if FIRST <= number < FIRST + len(self.ids) + len(self.gone) and number not in self.gone:
                found.append(number)
        return found

    def matching(self, jql: str) -> Sequence[int]:
        """What our queries and those of the alternatives ask: ids, keys, ranges of ids, updated >=."""
        if found := re.search(r"\b(?:id|key|issue|issuekey) in \(([^)]*)\)", jql, re.I):
            return sorted(self.named(part.strip(' "') for part in found[1].split(",")))
        ids: Sequence[int] = self._within(jql)
        if found := re.search(r"updated >= [\"'](\d{4}-\d\d-\d\d \d\d:\d\d)[\"']", jql):
            since = datetime.strptime(found[1], "%Y-%m-%d %H:%M").replace(tzinfo=ZoneInfo("UTC"))
            ids = self._since(ids, since)
        if re.search(r"order by updated", jql, re.I):
            ids = sorted(ids, key=self.when)
        return ids

    def _within(self, jql: str) -> array[int]:
        """The ids between the bounds that the query sets."""
        low, high = 0, len(self.ids)
        for sign, number in re.findall(r"\bid (>=|>|<=|<) (\d+)", jql, re.I):
            at = bisect_left(self.ids, int(number) + (sign in (">", "<=")))
            low, high = (max(low, at), high) if sign[0] == ">" else (low, min(high, at))
        return self.ids[low:high] if (low, high) != (0, len(self.ids)) else self.ids

    def _since(self, ids: Sequence[int], since: datetime) -> list[int]:
        """Those updated since: of the untouched the last, of the edited each by itself."""
        first = FIRST + -(-(since - BEGAN) // APART)
        late = set(ids[bisect_left(ids, first) :])
        edited = {number for number, when in self.updated.items() if when >= since} - self.gone
        inside = {number for number in edited if ids and ids[0] <= number <= ids[-1]}
        return sorted(late | inside)

    def when(self, number: int) -> datetime:
        return self.updated.get(number) or BEGAN + APART * (number - FIRST)

    def rendered(
        self, numbers: Sequence[int], names: Sequence[str], expand: Sequence[str] = ()
    ) -> bytes:
        """The issues as JSON, comma between them, with these fields (`*all`: everything)."""
        more = b"".join(b"," + EXPANDED[name] for name in expand if name in EXPANDED)
        return b",".join(self._one(number, names, more) for number in numbers)

    def _one(self, number: int, names: Sequence[str], more: bytes) -> bytes:
        key = f"{self.key}-{number - FIRST + 1}"
        head = b'{"expand":"","id":"%d","self":"http://127.0.0.1/%d","key":"%s"' % (
            number, number, key.encode(),
        )  # fmt: skip
        if not set(names) - {"id", "key"}:
            return head + more + b"}"
        every = "*all" in names or "*navigable" in names
        values = self._values(number)
        wanted = [*values, *_CUSTOM] if every else names
        parts = [b'"%s":%s' % (name.encode(), values.get(name, b"null")) for name in wanted]
        return head + more + b',"fields":{' + b",".join(parts) + b"}}"

    def _values(self, number: int) -> dict[str, bytes]:
        n = number - FIRST
        state = STATUS_JSON[n % 3]
        when = orjson.dumps(_jira_time(self.when(number)))
        made = orjson.dumps(
            _jira_time(BEGAN + APART * n)
        )  # an edit changes it as little as in Jira
        person = PERSON_JSON[self.cloud]
        values = {
            "summary": b'"Item %d of the plan for the next increment"' % n,
            "description": TEXT_JSON, "status": state, "issuetype": TYPE_JSON[n % 7 == 0],
            "project": b'{"id":"10000","key":"%s","name":"Project"}' % self.key.encode(),
            "labels": b'["plan","train-%d"]' % (n % 9), "priority": b'{"id":"3","name":"Medium"}',
            "assignee": person, "reporter": person, "creator": person, "created": made,
            "updated": when, "issuelinks": b"[]", "parent": b"null", SPRINT: b"null",
            RANK: b'"0|i%05d:"' % n, EPIC: b"null", POINTS: b"%d.0" % (1 + n % 13),
            WSJF: b"%d.5" % (n % 20), "comment": COMMENTS_JSON, "subtasks": b"[]",
            "fixVersions": b"[]", "components": b"[]", "duedate": b"null", "environment": b"null",
        }  # fmt: skip
        if changed := self.edited.get(number):
            values |= changed
        return values


def _jira_time(when: datetime) -> str:
    return when.strftime("%Y-%m-%dT%H:%M:%S.") + f"{when.microsecond // 1000:03d}+0000"


TEXT_JSON = orjson.dumps(_TEXT)
STATUS_JSON = [orjson.dumps(one) for one in STATUSES]
TYPE_JSON = [
    orjson.dumps({"id": "10001", "name": "Story", "subtask": False}),
    orjson.dumps({"id": "10004", "name": "Bug", "subtask": False}),
]
PERSON_JSON = [orjson.dumps(PERSON_SERVER), orjson.dumps(PERSON)]
COMMENTS_JSON = orjson.dumps(
    {"comments": [{"id": "1", "author": PERSON, "body": "Seen with the team. " * 10}], "total": 1}
)
EXPANDED = {
    "changelog": b'"changelog":{"startAt":0,"maxResults":0,"total":0,"histories":[]}',
    "transitions": b'"transitions":' + orjson.dumps(transitions()),
}
