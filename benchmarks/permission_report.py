"""A permission report on 500 projects, beside PyPI `jira` asking mypermissions project by project.

Run: python -m benchmarks.permission_report [--projects N] [--latencies 0,50,150] [--json FILE].
Seconds and calls at a set latency. Ours keeps a report and also looks at the screens, types and boards
of some projects; the column "permissions alone" is what compares with the alternative.
"""

from __future__ import annotations

import time
from typing import Any

from benchmarks import _environment, _flavours


def ours(connection: Any, looks: int) -> None:
    """A whole report of everything visible."""
    from connections.report import permission_report, project_setup

    project_setup.MOST = looks
    row = permission_report.take(
        permission_report.request(connection, (), actor=None, everything=True).pk
    )
    assert row is not None
    assert row.state == "finished", row.diagnosis
    assert all(one["states"]["EDIT_ISSUES"] == "held" for one in row.rows)
    connection.reports.all().delete()


def serially(url: str, cloud: bool) -> int:
    """What one writes first: PyPI jira, one project after another. How many it answered for."""
    from jira import JIRA

    client = JIRA(url, basic_auth=(_environment.USER, _environment.TOKEN), get_server_info=False)
    keys = "BROWSE_PROJECTS,CREATE_ISSUES,EDIT_ISSUES,LINK_ISSUES,SCHEDULE_ISSUES"
    found = 0
    path = "project/search" if cloud else "project"
    projects: list[Any] = []
    while True:
        params = {"startAt": len(projects), "maxResults": 50} if cloud else None
        page = client._get_json(path, params=params)
        projects += page["values"] if cloud else page
        if not cloud or page["isLast"]:
            break
    for project in projects:
        held = client.my_permissions(projectKey=project["key"], permissions=keys)["permissions"]
        found += held["EDIT_ISSUES"]["havePermission"]
    return found


def measured(flavour: str, projects: int, latencies: list[float]) -> list[dict[str, Any]]:
    rows = []
    with _environment.server("--flavour", flavour, "--projects", str(projects)) as server:
        connection = _environment.connected(server.url, f"Bench {flavour}")
        works = (
            ("whole report", lambda: ours(connection, 50)),
            ("permissions alone", lambda: ours(connection, 0)),
            ("PyPI jira, serially", lambda: serially(server.url, flavour == "cloud")),
        )
        for latency in latencies:
            server.latency(latency)
            for name, work in works:
                server.reset()
                began = time.perf_counter()
                work()
                seconds = time.perf_counter() - began
                calls = server.calls()
                rows.append(
                    {
                        "flavour": flavour, "latency_ms": latency, "what": name, "seconds": seconds,
                        "calls": sum(calls.values()),
                        "permission_calls": sum(
                            number for shape, number in calls.items() if "ermissions" in shape
                        ),
                    }
                )  # fmt: skip
    return rows


def line(row: dict[str, Any]) -> str:
    return (
        f"{row['flavour']:11} {row['latency_ms']:>5.0f} {row['what']:20} {row['seconds']:>8.2f} "
        f"{row['calls']:>6} {row['permission_calls']:>15}"
    )


HEAD = f"{'':11} {'ms':>5} {'':20} {'seconds':>8} {'calls':>6} {'of permissions':>15}"

if __name__ == "__main__":
    _flavours.main("permission_report", __doc__, ("projects", 500), measured, HEAD, line)
