"""Whether an import comes through a Jira that fails, and one that limits, and what that costs.

Run: python -m benchmarks.import_under_faults [--issues N] [--faults none,503,429] [--rate PART]
    [--per-second N] [--latency MS] [--flavour F] [--json FILE]

From the moment an import begins, 15 % of calls are answered by a bare 503 (a proxy's page, no Retry-After);
or five calls a second are answered and what is beyond is a 429 with Retry-After. Beside it the same import
without faults, and PyPI jira with plain saves under the same, which may not come through: then the table
says why, and what it had stored. Calls count the struck ones.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from benchmarks import _contestants, _environment

Row = dict[str, Any]


def conditions(options: argparse.Namespace) -> dict[str, dict[str, float]]:
    """What Jira is like → the faults that make it so; those that are asked for."""
    known = {
        "none": ("no faults", {}),
        "503": (f"{options.rate:.0%} bare 503", {"rate": options.rate}),
        "429": (f"{options.per_second:g}/s, else 429", {"per_second": options.per_second}),
    }
    return dict(known[name] for name in options.faults.split(","))


def measured(options: argparse.Namespace) -> Iterator[Row]:
    words = ["--flavour", options.flavour, "--issues", str(options.issues)]
    words += ["--latency", str(options.latency)]
    kind = _environment.kinds()[-1]
    for condition, faults in conditions(options).items():
        for name in (_contestants.OURS, _contestants.SAVES):
            with _environment.server(*words) as server, _environment.database(kind) as database:
                found = _contestants.run(name, server.url, database, faults=faults)
            missing = options.issues - found["stored"]
            yield {
                "database": kind,
                "condition": condition,
                "what": name,
                "missing": missing,
                **found,
            }
            said = found["failed"] or "came through"
            print(f"{condition}, {name}: {said}, {found['seconds']:.1f} s", file=sys.stderr)


def main() -> None:
    """Prints the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--issues", type=int, default=5_000)
    parser.add_argument("--faults", default="none,503,429", help="which, with commas")
    parser.add_argument("--rate", type=float, default=0.15, help="part of the calls, 0 to 1")
    parser.add_argument("--per-second", type=float, default=5)
    parser.add_argument("--latency", type=float, default=50, help="milliseconds a call")
    parser.add_argument("--flavour", default="cloud", choices=("cloud", "datacenter"))
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = list(measured(options))
    print(
        f"{options.issues} issues, {options.flavour}, {options.latency:.0f} ms a call, "
        f"{rows[0]['database']}"
    )
    print(
        f"{'':16} {'':18} {'completes':>9} {'missing':>7} {'doubled':>7} {'calls':>6} "
        f"{'struck':>6} {'seconds':>8} {'CPU s':>6}"
    )
    for row in rows:
        print(
            f"{row['condition']:16} {row['what']:18} {'no' if row['failed'] else 'yes':>9} "
            f"{row['missing']:>7} {row['doubled']:>7} {row['calls']:>6} "
            f"{sum(row['struck'].values()):>6} {row['seconds']:>8.1f} {row['cpu_seconds']:>6.1f}"
            + (f"  {row['failed']}" if row["failed"] else "")
        )
    _environment.write(options.json, "import_under_faults", rows)


if __name__ == "__main__":
    main()
