"""How much memory an import holds, of a middle-sized project and of a large one.

Run: python -m benchmarks.import_memory [--sizes 20000,200000] [--flavour F] [--json FILE]. The peak of a
process that does nothing else: before the import begins, and at its end. On SQLite, and on PostgreSQL
where BENCH_POSTGRES names a server. Jira answers at once, so that parts come as quickly as they can. The
smallest size is what the others stand beside: 1.0 is flat.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import _environment, _runs

Row = dict[str, Any]


def measured(sizes: list[int], flavour: str) -> Iterator[Row]:
    """Kind of database by kind, and size by size, the smallest first."""
    for kind in _environment.kinds():
        least = 0.0
        for issues in sorted(sizes):
            row = imported(kind, issues, flavour)
            least = least or row["peak_mb"]
            yield {**row, "ratio": row["peak_mb"] / least}
            print(f"{kind}, {issues}: {row['seconds']:.0f} s", file=sys.stderr, flush=True)


def imported(kind: str, issues: int, flavour: str) -> Row:
    with (
        _environment.server("--flavour", flavour, "--issues", str(issues)) as server,
        _environment.database(kind) as database,
        tempfile.TemporaryDirectory() as folder,
    ):
        return {"database": kind, **_runs.run(_runs.IMPORT, server, Path(folder), database, issues)}


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", default="20000,200000", help="issues, with commas")
    parser.add_argument("--flavour", default="cloud", choices=("cloud", "datacenter"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = list(measured([int(word) for word in options.sizes.split(",")], options.flavour))
    print(options.flavour)
    print(
        f"{'':11} {'issues':>8} {'before MB':>9} {'peak MB':>8} {'of first':>8} {'seconds':>8} "
        f"{'CPU s':>7} {'load':>5}"
    )
    for row in rows:
        print(
            f"{row['database']:11} {row['issues']:>8} {row['before_mb']:>9.0f} {row['peak_mb']:>8.0f} "
            f"{row['ratio']:>8.2f} {row['seconds']:>8.1f} {row['cpu_seconds']:>7.1f} {row['load']:>5.1f}"
        )
    _environment.write(options.json, "import_memory", rows)


if __name__ == "__main__":
    main()
