"""People at work in Jira itself, beside a console: their edits, and what they see there."""

from __future__ import annotations

from typing import Any

import requests

from jira_sandbox.server import Handle

PROJECT = "FALCON"


class Jira:
    """Someone in Jira: edits through the sandbox's REST API as its admin."""

    def __init__(self, handle: Handle) -> None:
        self.handle = handle
        admin = handle.site.users["admin"]
        self.session = requests.Session()
        self.session.auth = (
            (admin.email, admin.api_token) if handle.site.cloud else (admin.name, admin.password)
        )
        self.session.headers["X-Atlassian-Token"] = "no-check"

    def call(self, method: str, path: str, **body: Any) -> Any:
        answer = self.session.request(
            method, f"{self.handle.url}{path}", json=body or None, timeout=10
        )
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text[:500]}"
        return answer.json() if answer.content else None

    def edit(self, key: str, **fields: Any) -> None:
        self.call("PUT", f"/rest/api/2/issue/{key}", fields=fields)

    def create(self, summary: str) -> str:
        fields = {"project": {"key": PROJECT}, "issuetype": {"name": "Story"}, "summary": summary}
        return str(self.call("POST", "/rest/api/2/issue", fields=fields)["key"])

    def delete(self, key: str) -> None:
        self.call("DELETE", f"/rest/api/2/issue/{key}")

    def grant(self, permission: str, *, granted: bool, user: str = "svc-alm") -> None:
        self.call(
            "POST",
            "/sandbox/grants",
            user=user,
            project=PROJECT,
            permission=permission,
            granted=granted,
        )

    def sprints(self) -> list[dict[str, Any]]:
        board = self.call("GET", f"/rest/agile/1.0/board?projectKeyOrId={PROJECT}")["values"][0]
        found: list[dict[str, Any]] = self.call(
            "GET", f"/rest/agile/1.0/board/{board['id']}/sprint"
        )["values"]
        return found

    def issues_of_sprint(self, sprint: int) -> set[str]:
        answer = self.call("GET", f"/rest/agile/1.0/sprint/{sprint}/issue?maxResults=200")
        return {issue["key"] for issue in answer["issues"]}

    def move_to_sprint(self, sprint: int, key: str) -> None:
        self.call("POST", f"/rest/agile/1.0/sprint/{sprint}/issue", issues=[key])

    def link(self, source: str, target: str) -> None:
        self.call(
            "POST",
            "/rest/api/2/issueLink",
            type={"name": "Blocks"},
            outwardIssue={"key": target},
            inwardIssue={"key": source},
        )

    def links(self, key: str) -> set[tuple[str, str]]:
        """Who blocks whom, of the links at this issue."""
        rows = self.call("GET", f"/rest/api/2/issue/{key}")["fields"]["issuelinks"]
        found = set()
        for row in rows:
            if "outwardIssue" in row:
                found.add((key, row["outwardIssue"]["key"]))
            else:
                found.add((row["inwardIssue"]["key"], key))
        return found

    def summaries(self) -> dict[str, tuple[str, str, list[str]]]:
        """Key → summary, status, labels of every issue of the project."""
        return {
            issue.key: (
                issue.values["summary"],
                issue.status.name,
                sorted(issue.values.get("labels") or []),
            )
            for issue in list(self.handle.site.issues.values())
            if issue.project.key == PROJECT
        }
