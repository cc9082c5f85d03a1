"""A template over many projects: calls to Jira by kind, and seconds, to look at them and to map them.

Run: python -m benchmarks.mapping_template [--projects N] [--json FILE]. The sandbox is in this process,
so that seconds are the console's and the sandbox's work together. Imports are not part of it. Pages are
measured once all projects are mapped, with their queries at a tenth of them beside.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import Any

from benchmarks import _environment

LOOKS = 20


def addresses(plan: Any) -> dict[str, str]:
    """The pages of a mapping that ask Jira nothing, or little."""
    from connections.models import MappedProject
    from planning.models import Pi

    project = MappedProject.objects.order_by("key").first()
    assert project is not None
    return {
        "the plan": f"/mapping-plans/{plan.pk}/",
        "Templates": "/templates/",
        "one project": f"/mapped-projects/{project.pk}/",
        "Versions": f"/mapped-projects/{project.pk}/versions/",
        "Readiness": f"/pis/{Pi.objects.get().pk}/readiness/",
    }


def looked(client: Any, address: str) -> tuple[list[float], int]:
    """Milliseconds of each look, and the queries of the last."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    took = []
    for _ in range(LOOKS):
        began = time.perf_counter()
        assert client.get(address).status_code == 200, address
        took.append((time.perf_counter() - began) * 1000)
    with CaptureQueriesContext(connection) as queries:
        client.get(address)
    return took, len(queries)


def kind_of(call: str) -> str:
    """“GET /rest/api/2/project/*/statuses” → “project/*/statuses”."""
    return call.partition(" ")[2].partition("/rest/")[2].partition("/")[2].partition("/")[2] or call


def carried_out(site: Any, plan: Any) -> tuple[float, Counter[str]]:
    """Seconds and calls by kind until nothing of the plan waits."""
    from sync.mapping import mapping_plan

    site.calls.clear()
    began = time.perf_counter()
    while mapping_plan.work(plan.pk):
        pass
    calls: Counter[str] = Counter()
    for call, count in site.calls.items():
        calls[kind_of(call)] += count
    return time.perf_counter() - began, calls


def measured(flavour: str, number: int) -> dict[str, Any]:
    from django.test import Client

    from accounts.models import User
    from connections.credentials import credentials
    from connections.models import Connection
    from connections.setup import settings_editing
    from jira_sandbox.model.project_admin import add_board, add_project
    from jira_sandbox.server import running
    from planning.models import Art, Iteration, Pi
    from sync.mapping import mapping_plan, project_mapping, templates
    from tests.sync.world import credential

    person = User.objects.create_user(f"bench-{flavour}", role="admin")
    with running(flavour=flavour) as handle:
        with handle.site.lock:
            for place in range(number):
                project = add_project(handle.site, f"P{place:03}", f"Team number {place} {flavour}")
                add_board(handle.site, project)
        connection = settings_editing.create(
            actor=person, name=f"Bench {flavour}", base_url=handle.url, auth_method="basic"
        )
        assert credentials.offer(connection, credential(handle), actor=person)
        connection = Connection.objects.get(pk=connection.pk)
        first, _run = project_mapping.map_project(connection, "FALCON", actor=person)
        template = templates.save(first, f"Stories {flavour}", actor=person)
        art = Art.objects.create(name=f"ART {flavour}")
        Pi.objects.all().delete()
        pi = Pi.objects.create(name=f"PI {flavour}", art=art)
        Iteration.objects.create(pi=pi, index=1, name="1")
        client = Client(SERVER_NAME="localhost")
        client.force_login(person)
        site = handle.site
        tenth = _mapped(site, connection, person, art, template, range(number // 10))[0]
        before = {name: looked(client, one)[1] for name, one in addresses(tenth).items()}
        plan, (looking, seen), (mapping, calls) = _mapped(
            site, connection, person, art, template, range(number // 10, number)
        )
        assert mapping_plan.due() == []
        states = Counter(plan.rows.values_list("state", flat=True))
        assert states == {"mapped": number - number // 10}, states
        pages = []
        for name, address in addresses(plan).items():
            took, queries = looked(client, address)
            pages.append(
                {"page": name, "p50_ms": _environment.percentile(took, 0.5),
                 "p95_ms": _environment.percentile(took, 0.95), "queries": queries,
                 "queries_at_a_tenth": before[name]}
            )  # fmt: skip
    return {
        "flavour": flavour, "projects": number - number // 10, "look_seconds": looking,
        "look_calls": dict(seen), "map_seconds": mapping, "map_calls": dict(calls), "pages": pages,
    }  # fmt: skip


def _mapped(
    site: Any, connection: Any, person: Any, art: Any, template: Any, places: range
) -> tuple[Any, tuple[float, Counter[str]], tuple[float, Counter[str]]]:
    """Plan and map the projects at these places: the plan, what looking and what mapping took."""
    from sync.mapping import mapping_plan

    plan = mapping_plan.plan(
        connection,
        [f"P{place:03}" for place in places],
        actor=person,
        template_id=template.pk,
        art=art,
    )
    looking = carried_out(site, plan)
    mapping_plan.confirm(plan, actor=person)
    return plan, looking, carried_out(site, plan)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--projects", type=int, default=66, help="a tenth is mapped first")
    parser.add_argument("--json", type=Path, help="writes the figures there too")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        _environment.prepare(Path(folder))
        rows = [measured(flavour, options.projects) for flavour in ("cloud", "datacenter")]
    for row in rows:
        looks, maps = (sum(row[what].values()) for what in ("look_calls", "map_calls"))
        print(
            f"{row['flavour']}: {row['projects']} projects, looked at in {row['look_seconds']:.1f} s "
            f"with {looks} calls, mapped in {row['map_seconds']:.1f} s with {maps} calls"
        )
        for what in ("look_calls", "map_calls"):
            print(f"  {what}: " + ", ".join(f"{k} {n}" for k, n in sorted(row[what].items())))
        for page in row["pages"]:
            print("  {page}: p50 {p50_ms:.0f} ms, p95 {p95_ms:.0f} ms, {queries} queries "
                  "({queries_at_a_tenth} at a tenth)".format(**page))  # fmt: skip
    _environment.write(options.json, "mapping_template", rows)


if __name__ == "__main__":
    main()
