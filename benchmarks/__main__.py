"""`./run.py bench [NAME …]`: runs the named benchmarks, or all, one after another, each in a process.

A benchmark is a module of this folder that can be run by itself and takes `--json FILE` for its
figures. Measures nothing itself.
"""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RESULTS = HERE / "results"


def names() -> list[str]:
    """Modules that can be run; the others of this folder help them."""
    return sorted(
        path.stem
        for path in HERE.glob("*.py")
        if not path.stem.startswith("_") and 'if __name__ == "__main__"' in path.read_text("utf-8")
    )


def main(asked: list[str]) -> int:
    known = names()
    if unknown := [name for name in asked if name not in known]:
        print(f"No benchmark {', '.join(unknown)}; there are: {', '.join(known)}", file=sys.stderr)
        return 2
    system = f"{platform.system()} {platform.machine()}, {os.cpu_count()} cores"
    print(f"Python {platform.python_version()} on {system}, load {os.getloadavg()[0]:.1f}")
    RESULTS.mkdir(exist_ok=True)
    failed = []
    for name in asked or known:
        print(f"\n── {name}", flush=True)
        figures = RESULTS / f"{name}.json"
        command = [sys.executable, "-m", f"benchmarks.{name}", "--json", str(figures)]
        if subprocess.run(command, cwd=HERE.parent).returncode:
            failed.append(name)
    if failed:
        print(f"\nfailed: {', '.join(failed)}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
