"""Importing a project whole: our pipeline (read, map, merge, store) beside what people would use.

Run: python -m benchmarks.import_issues [--issues N] [--slow-issues N] [--latency MS,…] [--flavour F]
    [--json FILE]

Each contestant runs in a process of its own against the bundled server (`benchmarks._server`) and stores
into a fresh database: SQLite, and PostgreSQL where BENCH_POSTGRES names a server. `dlt` takes part
where BENCH_DLT names a Python that has it, `tap-jira` where BENCH_TAP_JIRA does. PyPI jira and the tap
read only `--slow-issues`, as the table says: they go page behind page, so that their issues a second do
not hang on the size. Issues per second,
per second of the contestant's own CPU, and peak memory; ratios matter.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import _contestants, _environment, _external_contestants

Row = dict[str, Any]


def stored_by(name: str, database: str, url: str, options: argparse.Namespace) -> Row:
    """One contestant on a fresh database of this kind."""
    slow = name == _contestants.SAVES
    most = min(options.slow_issues, options.issues) if slow else 0
    found = _contestants.run(name, url, database, most)
    assert not found["failed"], f"{name}: {found['failed']}"
    return {"what": name, "issues": found.get("stored", options.issues), **found}


def at_latency(latency: float, options: argparse.Namespace) -> Iterator[Row]:
    words = ["--flavour", options.flavour, "--issues", str(options.issues)]
    words += ["--latency", str(latency)]
    with _environment.server(*words) as server:
        for kind in _environment.kinds():
            for name in _contestants.CONTESTANTS:
                with _environment.database(kind) as database:
                    yield {"database": kind, **stored_by(name, database, server.url, options)}
        if (found := _external_contestants.by_dlt(server.url)) is not None:
            yield {"database": "DuckDB", "what": "dlt", **found}
    found = _external_contestants.by_tap_jira(words, options.issues, options.slow_issues)
    if found is not None:
        yield {"database": "JSON lines", "what": "tap-jira, https", **found}


def measured(options: argparse.Namespace) -> list[Row]:
    rows = []
    for latency in options.latency:
        for found in at_latency(latency, options):
            row = {"latency_ms": latency, **found, "per_second": found["issues"] / found["seconds"]}
            said = f"{latency:.0f} ms, {row['database']}, {row['what']}: {row['seconds']:.1f} s"
            print(said, file=sys.stderr, flush=True)
            rows.append(row)
    return rows


def told(rows: list[Row]) -> Iterator[str]:
    yield (
        f"{'ms':>4} {'':11} {'':18} {'issues':>7} {'seconds':>8} {'issues/s':>9} {'of bare':>8} "
        f"{'a CPU s':>8} {'peak MB':>8}"
    )
    bases = {
        (row["latency_ms"], row["database"]): row["per_second"]
        for row in rows
        if row["what"] == _contestants.BARE
    }
    for row in rows:
        base = bases.get((row["latency_ms"], row["database"]))
        ratio = f"{row['per_second'] / base:8.2f}" if base else f"{'':8}"
        yield (
            f"{row['latency_ms']:>4.0f} {row['database']:11} {row['what']:18} {row['issues']:>7} "
            f"{row['seconds']:>8.1f} {row['per_second']:>9.0f} {ratio} "
            f"{row['issues'] / row['cpu_seconds']:>8.0f} {row['peak_mb']:>8.0f}"
        )


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=20_000)
    parser.add_argument("--slow-issues", type=int, default=2_000, help="what the slow read of them")
    parser.add_argument(
        "--latency", type=_environment.numbers, default=[50.0, 150.0],
        help="milliseconds a call, several with commas",
    )  # fmt: skip
    parser.add_argument("--flavour", default="cloud", choices=("cloud", "datacenter"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = measured(options)
    print(f"{options.issues} issues, {options.flavour}; who is slow reads {options.slow_issues}")
    print("\n".join(told(rows)))
    _environment.write(options.json, "import_issues", rows)


if __name__ == "__main__":
    main()
