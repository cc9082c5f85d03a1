"""What "Test connection" costs: calls and milliseconds, beside PyPI `jira` asking only who it is.

Run: python -m benchmarks.test_connection [--latencies 0,50,150] [--mapped N] [--json FILE].
"""

from __future__ import annotations

import time
from typing import Any

from benchmarks import _environment, _flavours


def ours(connection: Any) -> None:
    from connections.probes import checkup

    result = checkup.run(connection)
    assert result.account is not None
    states = {row.name: row.state.value for row in result.rows}
    assert states["authentication"] == states["permissions"] == "pass", states


def plain(url: str) -> None:
    """What people write first: a client and `myself`."""
    from jira import JIRA

    JIRA(url, basic_auth=(_environment.USER, _environment.TOKEN)).myself()


def measured(flavour: str, mapped: int, latencies: list[float]) -> list[dict[str, Any]]:
    from connections.models import MappedProject

    rows = []
    with _environment.server("--flavour", flavour, "--projects", str(mapped + 1)) as server:
        connection = _environment.connected(server.url, f"Bench {flavour}")
        for number in range(1, mapped + 1):
            MappedProject.objects.create(
                connection=connection, remote_id=str(10000 + number), key=f"P{number}", name="P"
            )
        works = (
            ("13 rows", lambda: ours(connection)),
            ("jira.myself", lambda: plain(server.url)),
        )
        for latency in latencies:
            server.latency(latency)
            for name, work in works:
                work()  # what is kept between tests (connection, key) is part of the product
                server.reset()
                took = []
                for _ in range(5):
                    began = time.perf_counter()
                    work()
                    took.append((time.perf_counter() - began) * 1000)
                calls = sum(server.calls().values()) / len(took)
                rows.append(
                    {"flavour": flavour, "latency_ms": latency, "what": name, "calls": calls,
                     "ms": _environment.percentile(took, 0.5)}
                )  # fmt: skip
    return rows


def line(row: dict[str, Any]) -> str:
    return (
        f"{row['flavour']:11} {row['latency_ms']:>9.0f} {row['what']:12} {row['calls']:>6.0f} "
        f"{row['ms']:>14.0f}"
    )


HEAD = f"{'':11} {'ms a call':>9} {'':12} {'calls':>6} {'ms, median of 5':>15}"

if __name__ == "__main__":
    _flavours.main("test_connection", __doc__, ("mapped", 10), measured, HEAD, line)
