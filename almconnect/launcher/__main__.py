"""`python -m almconnect.launcher demo|serve …`: what `run.py` hands over to."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from almconnect.launcher.launch import Options, run

ROOT = Path(__file__).resolve().parent.parent.parent


def main(words: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="run.py")
    parser.add_argument("command", choices=["demo", "serve"])
    parser.add_argument(
        "--port", type=int, default=0, help="of the console; a free one if not given"
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--data", type=Path, help="folder for data and logs; var/ if not given")
    parser.add_argument(
        "--reset", action="store_true", help="begin with an empty data folder (demo)"
    )
    parser.add_argument("--json", action="store_true", help="one line of JSON when ready")
    said = parser.parse_args(words)
    if said.reset and said.command == "serve":
        parser.error("--reset empties the data folder; only the demo has it")
    data = said.data or Path(os.environ.get("ALMCONNECT_DATA_DIR") or ROOT / "var")
    return run(
        Options(
            data=data.expanduser().resolve(),
            sandboxes=said.command == "demo",
            host=said.host,
            port=said.port,
            reset=said.reset,
            as_json=said.json,
        )
    )


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
