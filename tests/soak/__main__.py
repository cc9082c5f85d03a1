"""`python -m tests.soak`: one history, or as many as fit into some minutes. Exit code 1: a violation.

--database URL   where it is kept (default: a SQLite file of its own)
--flavour cloud|datacenter   --seed N   --kills N   --minutes N   --histories N (so many at least)
--ways all|poll|hooks   how workers hear of Jira: both ways, polling alone, webhooks alone; else by seed
--points all|some|none   crash points to die at; some: another part of them with each seed
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import sys
import tempfile
import time
from pathlib import Path

from tests import environment

PARTS = 7  # histories of a longer run in which all crash points have their turn


def asked(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--database", default="")
    parser.add_argument("--flavour", choices=["cloud", "datacenter"], default="cloud")
    parser.add_argument("--seed", type=int, default=random.SystemRandom().randrange(10**6))
    parser.add_argument("--kills", type=int, default=100, help="random kills in one history")
    parser.add_argument("--points", choices=["all", "some", "none"], default="some")
    parser.add_argument("--ways", choices=["all", "poll", "hooks"], default=None)
    parser.add_argument("--minutes", type=float, default=0.0)
    parser.add_argument("--histories", type=int, default=1, help="at least so many")
    parser.add_argument("--folder", type=Path, default=None, help="for logs and the SQLite file")
    parser.add_argument("--restart", default="", help="a command that restarts the database server")
    return parser.parse_args(words)


def points_of(options: argparse.Namespace, seed: int) -> list[str]:
    """The crash points of one history. A longer run passes all of them, and repeats one by its seed."""
    from tests.soak.history import crash_points

    shares = {"all": slice(None), "some": slice(seed % PARTS, None, PARTS), "none": slice(0)}
    return crash_points()[shares[options.points]]


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
    from tests.soak.ways import Ways

    call_command("migrate", verbosity=0)
    until = time.monotonic() + options.minutes * 60
    for seed in itertools.count(options.seed):
        ways = Ways(options.ways) if options.ways else None
        history = History(options.flavour, seed, folder, restart=options.restart, ways=ways)
        report = history.run(kills=options.kills, points=points_of(options, seed))
        print(json.dumps(report), flush=True)
        if report["violations"]:
            print(
                f"again: python -m tests.soak --flavour {options.flavour} --seed {seed} "
                f"--kills {options.kills} --points {options.points} --ways {history.ways}",
                file=sys.stderr,
            )
            return 1
        if time.monotonic() >= until and seed + 1 - options.seed >= options.histories:
            break
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
