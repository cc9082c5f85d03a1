"""What benchmarks share that measure the same works on Cloud and on Data Center, at several latencies."""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from benchmarks import _environment

Rows = list[dict[str, Any]]


def main(
    name: str,
    about: str | None,
    sized: tuple[str, int],
    measured: Callable[[str, int, list[float]], Rows],
    head: str,
    line: Callable[[dict[str, Any]], str],
) -> None:
    """Prints the table. `sized`: the option that says how many there are of what, and its default;
    `measured(flavour, number, latencies)` gives the rows of one flavour.
    """
    what, default = sized
    parser = argparse.ArgumentParser(description=about)
    parser.add_argument(f"--{what}", type=int, default=default)
    parser.add_argument("--latencies", default="0,50,150", help="milliseconds, with commas")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    latencies = [float(word) for word in options.latencies.split(",")]
    number = getattr(options, what)
    rows: Rows = []
    with tempfile.TemporaryDirectory() as folder:
        _environment.prepare(Path(folder))
        for flavour in ("cloud", "datacenter"):
            rows += measured(flavour, number, latencies)
    print(f"{number} {what}\n{head}")
    for row in rows:
        print(line(row))
    _environment.write(options.json, name, rows)
