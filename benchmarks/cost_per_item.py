"""What an issue costs, in small projects and in large: importing it, and comparing it when nothing changed.

Run: python -m benchmarks.cost_per_item [--sizes 10000,100000] [--flavour F] [--json FILE]. A million takes
long and is asked for by --sizes. Microseconds of CPU an issue, of our process and of PostgreSQL's where
BENCH_POSTGRES names one on this machine, and the peak of memory. Jira answers at once, so that nothing is
waited for. The smallest project is what the others stand beside: 1.0 is flat.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import _environment, _runs

MICRO = 1_000_000


def measured(flavour: str, issues: int) -> list[dict[str, Any]]:
    """An import and a comparison of a project of this size."""
    rows = []
    with (
        _environment.server("--flavour", flavour, "--issues", str(issues)) as server,
        _environment.postgres() as database,
        tempfile.TemporaryDirectory() as folder,
    ):
        for kind in (_runs.IMPORT, _runs.RECONCILE):
            found = _runs.run(kind, server, Path(folder), database, issues)
            theirs = found["database_seconds"]
            each = {
                "database": "PostgreSQL" if database else "SQLite",
                "cpu_us": found["cpu_seconds"] * MICRO / issues,
                "database_us": None if theirs is None else theirs * MICRO / issues,
            }
            rows.append({"flavour": flavour, "what": kind, **found, **each})
            print(f"{kind} of {issues}: {found['seconds']:.1f} s", file=sys.stderr, flush=True)
    return rows


def beside_the_smallest(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Kind by kind, each row with its CPU beside that of the smallest project."""
    ordered = sorted(rows, key=lambda row: (row["what"], row["issues"]))
    whole = [row["cpu_us"] + (row["database_us"] or 0) for row in ordered]
    first: dict[str, float] = {}
    for row, each in zip(ordered, whole, strict=True):
        first.setdefault(row["what"], each)
        row["ratio"] = each / first[row["what"]]
    return ordered


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="10000,100000", help="issues, with commas")
    parser.add_argument("--flavour", default="cloud", choices=("cloud", "datacenter"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    sizes = [int(word) for word in options.sizes.split(",")]
    rows = beside_the_smallest([row for size in sizes for row in measured(options.flavour, size)])
    print(f"{options.flavour}, {rows[0]['database']}")
    print(
        f"{'':10} {'issues':>8} {'calls':>6} {'seconds':>8} {'CPU µs':>7} {'database µs':>11} "
        f"{'of first':>8} {'peak MB':>8} {'load':>5}"
    )
    for row in rows:
        theirs = "" if row["database_us"] is None else f"{row['database_us']:.0f}"
        print(
            f"{row['what']:10} {row['issues']:>8} {row['calls']:>6} {row['seconds']:>8.1f} "
            f"{row['cpu_us']:>7.0f} {theirs:>11} {row['ratio']:>8.2f} {row['peak_mb']:>8.0f} "
            f"{row['load']:>5.1f}"
        )
    _environment.write(options.json, "cost_per_item", rows)


if __name__ == "__main__":
    main()
