"""The benchmark server's instance: what Jira answers of itself, its projects, fields and permissions.

Needs no look at an issue. `benchmarks._jira` adds the issues.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from benchmarks import _issues
from benchmarks._issues import Store

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


class Instance:
    """`url` is set once it is known."""

    def __init__(self, flavour: str, issues: int, projects: int) -> None:
        self.cloud = flavour == "cloud"
        self.store = Store(KEY, issues, self.cloud)
        self.projects = [self._project(10000, KEY)]
        self.projects += [self._project(10000 + n, f"P{n}") for n in range(1, projects)]
        self.by_key = {one["key"]: one for one in self.projects}
        self.by_key |= {one["id"]: one for one in self.projects}
        self.url = ""

    def _project(self, number: int, key: str) -> dict[str, Any]:
        return {"id": str(number), "key": key, "name": f"Project {key}", "issueTypes": TYPES}

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
