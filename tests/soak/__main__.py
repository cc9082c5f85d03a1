"""`python -m tests.soak`: one history, or as many as fit into some minutes. Exit code 1: a violation.

--database URL   where it is kept (default: a SQLite file of its own)
--flavour cloud|datacenter   --seed N   --kills N   --minutes N
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from tests import environment


def asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--database", default="")
    parser.add_argument("--flavour", choices=["cloud", "datacenter"], default="cloud")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--kills", type=int, default=100, help="random kills in one history")
    parser.add_argument("--points", action="store_true", help="die at every crash point as well")
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--folder", type=Path, default=None, help="for logs and the SQLite file")
    parser.add_argument("--restart", default="", help="a command that restarts the database server")
    return parser.parse_args(words)


def main(words: list[str]) -> int:
    options = asked(words)
    folder = options.folder or Path(tempfile.mkdtemp(prefix="almconnect-soak-"))
    url = options.database or f"sqlite:///{folder / 'soak.sqlite3'}"
    os.environ["ALMCONNECT_TEST_DATABASE_URL"] = url
    environment.prepare()
    os.environ["ALMCONNECT_POLL_SECONDS"] = "1"
    os.environ["ALMCONNECT_LOG_LEVEL"] = "WARNING"
    import django

    django.setup()
    from django.core.management import call_command

    from tests.soak.history import History

    call_command("migrate", verbosity=0)
    until = time.monotonic() + options.minutes * 60
    seed = options.seed
    while True:
        history = History(options.flavour, seed, folder, restart=options.restart)
        report = history.run(kills=options.kills, points=options.points)
        print(json.dumps(report), flush=True)
        if report["violations"]:
            print(
                f"again: python -m tests.soak --flavour {options.flavour} --seed {seed}",
                file=sys.stderr,
            )
            return 1
        if time.monotonic() >= until:
            return 0
        seed += 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
