"""A small world: a sandbox Jira, a mapped project on it, and both sides' hands.

`board.…` acts as a person on the board, `jira.…` as someone in Jira, `settle()` as the workers.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import Any

import requests

from accounts.models import User
from almconnect.lib.secret import Secret
from connections.access.gateway import jira_for
from connections.budget.rate_budget import Purpose
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.models import AuthMethod, Connection, MappedProject
from connections.setup import settings_editing
from jira_sandbox.model.links_and_moves import move
from jira_sandbox.server import Handle
from planning import comment_editing
from planning import item_editing as board_editing
from planning import link_editing as board_linking
from planning.models import Change, Comment, Iteration, Link, Pi, SprintLink, Team, WorkItem
from sync.inbound import drain, polls
from sync.mapping import project_mapping
from sync.models import Delivery
from sync.outbound import send_changes
from sync.pairs.states import UNDER_WAY
from sync.runs import project_runs
from sync.webhook import inbox
from tests.sync import recorded_rows

PROJECT = "FALCON"


@dataclass
class World:
    handle: Handle
    connection: Connection
    project: MappedProject
    team: Team
    person: User
    session: requests.Session = field(default_factory=requests.Session)

    # ── Jira's side ──────────────────────────────────────────────────────────────────────────────
    def jira(self, method: str, path: str, **body: Any) -> Any:
        answer = self.session.request(method, f"{self.handle.url}{path}", json=body or None)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def issue(self, key: str) -> dict[str, Any]:
        return self.jira("GET", f"/rest/api/2/issue/{key}")["fields"]

    def edit_issue(self, key: str, **fields: Any) -> None:
        self.jira("PUT", f"/rest/api/2/issue/{key}", fields=fields)

    def create_issue(self, summary: str, **fields: Any) -> str:
        body = {"project": {"key": PROJECT}, "issuetype": {"name": "Story"}, "summary": summary}
        return self.jira("POST", "/rest/api/2/issue", fields={**body, **fields})["key"]

    def create_and_read(self, summary: str) -> str:
        """An issue made in Jira that the board has read."""
        key = self.create_issue(summary)
        self.poll()
        return key

    def comments_there(self, key: str) -> list[str]:
        """The texts of an issue's comments in Jira, oldest first."""
        return [one.body for one in self.handle.site.issue(key).comments]

    def comment_there(self, key: str, body: str, **more: Any) -> str:
        """A comment that somebody writes in Jira; its id."""
        made = self.jira("POST", f"/rest/api/2/issue/{key}/comment", body=body, **more)
        return str(made["id"])

    def attach_there(self, key: str, name: str, content: bytes, kind: str = "text/plain") -> str:
        """A file that somebody attaches in Jira; its id."""
        answer = self.session.post(
            f"{self.handle.url}/rest/api/2/issue/{key}/attachments",
            files={"file": (name, content, kind)},
        )
        answer.raise_for_status()
        return str(answer.json()[0]["id"])

    def issues(self, summary: str) -> list[str]:
        site = self.handle.site
        return [one.key for one in site.issues.values() if one.values.get("summary") == summary]

    def control(self, method: str, path: str, /, **body: Any) -> Any:
        """The sandbox's own handles."""
        answer = requests.request(
            method, f"{self.handle.url}/sandbox/{path}", json=body or None, timeout=10
        )
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def fault(self, name: str, value: Any = True, **where: Any) -> None:
        self.control("POST", "faults", name=name, value=value, **where)

    def mend(self) -> None:
        self.control("DELETE", "faults")

    def grant(self, permission: str, granted: bool = True, user: str = "svc-alm") -> None:
        self.control(
            "POST", "grants", user=user, project=PROJECT, permission=permission, granted=granted
        )

    def move_away(self, item: WorkItem, project: str = "OTTER") -> str:
        """The issue goes to a project that is not mapped; its id stays. Its new key."""
        site = self.handle.site
        issue = site.issue(item.remote_key)
        move(site, site.users["admin"], issue, site.project(project))
        return str(issue.key)

    def hide(self, item: WorkItem) -> None:
        """Issue security: Jira's admin alone sees the issue from now on."""
        self.handle.site.issue(item.remote_id).seen_by = frozenset({"admin"})

    def show(self, item: WorkItem) -> None:
        self.handle.site.issue(item.remote_id).seen_by = None

    def calls(self) -> dict[str, int]:
        """How often each method and path template was called since the last reset."""
        return self.control("GET", "state")["calls"]

    # ── The board's side ─────────────────────────────────────────────────────────────────────────
    def item(self, key: str) -> WorkItem:
        return WorkItem.objects.get(remote_key=key)

    def first(self) -> WorkItem:
        return WorkItem.objects.filter(project=self.project, deleted=None).order_by("rank")[0]

    def create(self, summary: str, **values: Any) -> WorkItem:
        return board_editing.create_item(
            actor=self.person,
            summary=summary,
            **{"project": self.project, "type": "Story", **values},
        )

    def edit(self, item: WorkItem, **values: Any) -> WorkItem:
        return board_editing.edit_item(
            item.pk, actor=self.person, values=values, expected_version=None
        )

    def delete(self, item: WorkItem) -> None:
        board_editing.delete_item(item.pk, actor=self.person)

    def link(self, source: WorkItem, target: WorkItem) -> Link:
        return board_linking.add_link(
            actor=self.person, source=source.pk, target=target.pk, type="blocks"
        )

    def comment(self, item: WorkItem, body: str) -> Comment:
        return comment_editing.add_comment(item.pk, body, actor=self.person)

    def comments(self, item: WorkItem) -> list[tuple[str, str]]:
        """(author, text) of each on the board, oldest first."""
        rows = Comment.objects.live().filter(item=item).oldest_first()
        return [(one.author_name, one.body) for one in rows]

    def iteration(self, index: int, sprint: int) -> Iteration:
        pi, _ = Pi.objects.get_or_create(name="PI 1")
        iteration = Iteration.objects.create(pi=pi, index=index, name=f"Iteration {index}")
        SprintLink.objects.create(iteration=iteration, team=self.team, sprint_id=sprint)
        return iteration

    def hook(self, body: dict[str, Any]) -> None:
        """A webhook of Jira's arrives."""
        inbox.accept(self.connection.webhook_token, {}, json.dumps(body).encode())

    # ── The workers ──────────────────────────────────────────────────────────────────────────────
    def make_due(self) -> None:
        """As if the waiting time had passed."""
        from django.utils import timezone

        now = timezone.now()
        Change.objects.filter(state__in=UNDER_WAY).update(due=now)
        Delivery.objects.filter(state="waiting").update(due=now)
        Connection.objects.update(call_after=None)

    def push(self, rounds: int = 10) -> None:
        for _ in range(rounds):
            self.make_due()
            if not send_changes.send_slice(self.connection.pk):
                break

    def poll(self) -> None:
        Connection.objects.update(call_after=None)
        polls.poll(self.project.pk)

    def drain(self) -> None:
        self.make_due()
        while drain.drain(self.connection.pk):
            pass

    def settle(self) -> None:
        """Push and poll until nothing waits."""
        self.push()
        self.poll()
        self.push()

    def reconcile(self) -> Any:
        run = project_runs.request(self.project, "reconcile")
        while project_runs.work(run.pk):
            pass
        run.refresh_from_db()
        return run


def credential(handle: Handle, username: str = "svc-alm") -> Credential:
    user = handle.site.users[username]
    if handle.site.cloud:
        return Credential(AuthMethod.BASIC, Secret(user.api_token), user.email)
    return Credential(AuthMethod.BASIC, Secret(user.password), user.name)


def build(
    handle: Handle,
    person: User,
    *,
    team_name: str = "Falcon",
    recorded: bool = False,
    **options: Any,
) -> World:
    """A connection by Basic auth, the project FALCON mapped and imported, its team.

    `recorded`: its rows may be those of an earlier test that asked for the same world (recorded_rows.py).
    """

    def by_its_verbs() -> tuple[Any, ...]:
        connection = settings_editing.create(
            actor=person, name=f"Jira {handle.port}", base_url=handle.url, auth_method="basic"
        )
        assert credentials.offer(connection, credential(handle), actor=person)
        connection = Connection.objects.get(pk=connection.pk)
        team = Team.objects.create(name=team_name)
        project, run = project_mapping.map_project(
            connection, PROJECT, actor=person, team=team.pk, **options
        )
        while project_runs.work(run.pk):
            pass
        return connection.pk, project.pk, team.pk

    if recorded:
        asked = {"team_name": team_name, **options}
        keys = recorded_rows.built(handle, person, asked, by_its_verbs)
    else:
        keys = by_its_verbs()
    world = World(
        handle,
        Connection.objects.get(pk=keys[0]),
        MappedProject.objects.get(pk=keys[1]),
        Team.objects.get(pk=keys[2]),
        person,
    )
    for purpose in Purpose:
        jira_for(
            world.connection, purpose=purpose
        )  # kept since the import, if it was made just now
    admin = handle.site.users["admin"]
    world.session.auth = (
        (admin.email, admin.api_token) if handle.site.cloud else (admin.name, admin.password)
    )
    world.session.headers["X-Atlassian-Token"] = "no-check"
    return world
