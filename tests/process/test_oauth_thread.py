"""The main job by REST on PostgreSQL and Redis, connected by OAuth: every step, in both directions."""

from __future__ import annotations

from typing import Any

import pytest

from tests.almconnect.waiting import wait_for
from tests.process import oauth
from tests.process.installation import Installation, differences
from tests.process.jira_side import PROJECT, Jira

pytestmark = [pytest.mark.process, pytest.mark.postgres, pytest.mark.redis, pytest.mark.slow]
PATIENCE = 60.0  # of a busy machine; how soon it is otherwise, the benchmark `latency` tells


@pytest.fixture
def poll_seconds() -> int:
    """No poll helps: what arrives came by a webhook, or by the wake-up of an edit."""
    return 3600


def test_from_the_link_to_both_sides_equal(console: Installation, jira: Jira) -> None:
    """One installation and one connection: its steps build on each other, as a person's do."""
    connection = oauth.connect(console, jira.handle)
    _who_authorised(console, connection)
    _revoked_grant(console, jira, connection["id"])
    team = console.call("POST", "/teams", name="Falcon")
    project = str(console.map(connection["id"], team=team["id"])["id"])
    assert set(console.items(project)) == set(jira.summaries())
    wait_for("the webhook", lambda: console.webhook_state() == "registered", PATIENCE)

    keys = sorted(console.items(project))[:3]
    mine, theirs, other = (console.items(project)[key] for key in keys)
    _edit_and_create(console, jira, project, mine, theirs, keys)
    _sprint(console, jira, project, mine, theirs, keys)
    _link(console, jira, project, mine, theirs, other, keys)
    console.call("DELETE", f"/items/{mine['id']}")
    wait_for("deleted in Jira", lambda: keys[0] not in jira.summaries(), PATIENCE)
    jira.delete(keys[1])
    wait_for("deleted on the board", lambda: keys[1] not in console.items(project), PATIENCE)
    wait_for("both sides equal", lambda: not differences(console, project, jira), PATIENCE)


def _who_authorised(console: Installation, connection: dict[str, Any]) -> None:
    assert connection["account"]["name"] == "ALM Service"
    assert connection["state"] == "ok"
    assert connection["token_expires"]
    tested = console.call("POST", f"/connections/{connection['id']}/test")
    assert tested["account"]["name"] == "ALM Service"
    assert tested["state"] == "pass", tested


def _revoked_grant(console: Installation, jira: Jira, connection: str) -> None:
    """The report with the grant, without it, and with it again; each tells what changed."""
    before = _report(console, connection)
    assert (_held(before), before["changes"]) == ("held", [])
    for granted, was, state in ((False, "held", "missing"), (True, "missing", "held")):
        jira.grant("DELETE_ISSUES", granted=granted)
        after = _report(console, connection)
        assert _held(after) == state
        change = {"project": PROJECT, "permission": "Delete Issues", "before": was, "after": state}
        told = [{k: v for k, v in row.items() if k != "since"} for row in after["changes"]]
        assert told == [change]
        cannot = after["projects"][0]["operations"] != before["projects"][0]["operations"]
        assert cannot is not granted


def _report(console: Installation, connection: str) -> dict[str, Any]:
    path = f"/connections/{connection}/permission-checks"
    asked = console.call("POST", path, project_keys=[PROJECT])["id"]

    def finished() -> dict[str, Any] | None:
        found: dict[str, Any] = console.call("GET", f"/permission-checks/{asked}")
        assert found["state"] != "failed", found
        return found if found["state"] == "finished" else None

    return wait_for("the report", finished, 30)  # type: ignore[return-value]


def _held(report: dict[str, Any]) -> str:
    rows = report["projects"][0]["permissions"]
    return str({row["key"]: row["state"] for row in rows}["DELETE_ISSUES"])


def _edit_and_create(
    console: Installation, jira: Jira, project: str, mine: Any, theirs: Any, keys: list[str]
) -> None:
    console.call("PATCH", f"/items/{mine['id']}", summary="From the board")
    wait_for("edited in Jira", lambda: jira.summaries()[keys[0]][0] == "From the board", PATIENCE)
    jira.edit(keys[1], summary="From Jira")
    wait_for("edited here", lambda: read(console, theirs)["summary"] == "From Jira", PATIENCE)
    born = console.call("POST", "/items", project=project, type="Story", summary="Born here")
    wait_for("created in Jira", lambda: read(console, born)["remote"]["key"], PATIENCE)
    assert jira.summaries()[read(console, born)["remote"]["key"]][0] == "Born here"
    there = jira.create("Born there")
    wait_for("created here", lambda: there in console.items(project), PATIENCE)


def _sprint(
    console: Installation, jira: Jira, project: str, mine: Any, theirs: Any, keys: list[str]
) -> None:
    team = console.call("GET", f"/projects/{project}")["team"]
    open_sprints = [one for one in jira.sprints() if one["state"] != "closed"]
    current = console.call("GET", f"/items/{mine['id']}")["iteration"]
    assert current is None  # nothing names an iteration for this sprint yet
    pi = console.call("POST", "/pis", name="PI 9")["id"]
    iterations = [
        console.call("POST", "/iterations", pi=pi, index=n, sprints={team: str(sprint["id"])})["id"]
        for n, sprint in enumerate(open_sprints[:2], 1)
    ]
    for number, iteration in enumerate(iterations):
        sprint = open_sprints[number]["id"]
        console.call("PATCH", f"/items/{mine['id']}", iteration=iteration)
        wait_for("in the sprint", lambda s=sprint: keys[0] in jira.issues_of_sprint(s), PATIENCE)
        jira.move_to_sprint(sprint, keys[1])
        wait_for(
            "in the iteration",
            lambda i=iteration: read(console, theirs)["iteration"] == i,
            PATIENCE,
        )


def _link(
    console: Installation, jira: Jira, project: str, mine: Any, theirs: Any, other: Any, keys: Any
) -> None:
    drawn = console.call("POST", "/links", source=mine["id"], target=theirs["id"], type="blocks")
    wait_for("a link in Jira", lambda: (keys[0], keys[1]) in jira.links(keys[0]), PATIENCE)
    jira.link(keys[1], keys[2])

    def ends() -> set[tuple[str, str]]:
        rows = console.call("GET", f"/links?project={project}&limit=500")["items"]
        return {(row["source"], row["target"]) for row in rows}

    wait_for("a link here", lambda: (theirs["id"], other["id"]) in ends(), PATIENCE)
    console.call("DELETE", f"/links/{drawn['id']}")
    wait_for("no link in Jira", lambda: (keys[0], keys[1]) not in jira.links(keys[0]), PATIENCE)


def read(console: Installation, item: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = console.call("GET", f"/items/{item['id']}")
    return found
