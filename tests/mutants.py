"""Faults put into the code on purpose: each must make a test of its own fail, by hand, not in CI.

Run: python -m tests.mutants [NAME …]. Each is one edit in a copy of the checkout, beside which the tests
that guard the line are run; the copy goes afterwards. Exit code 1 where one survived. A mutant whose line
is no more is an error: name the new one.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", ".hypothesis", "var")


@dataclass(frozen=True, slots=True)
class Mutant:
    """`old` becomes `new`, once, in `path`; `tests` are what pytest is asked for."""

    path: str
    old: str
    new: str
    tests: tuple[str, ...]


SEALING = ("tests/connections/test_sealing.py",)
KEPT = ("tests/connections/test_kept_client.py",)
DRAIN = ("tests/sync/test_drain_guards.py",)
SITE = ("tests/sync/test_which_jira.py",)
MUTANTS = {
    "a ciphertext moved to another row of one address": Mutant(
        "connections/access/sealing.py",
        '("almconnect", table, str(row), field, origin)',
        '("almconnect", table, field, origin)',
        SEALING,
    ),
    "TLS switched on again while a client is kept": Mutant(
        "connections/access/gateway.py",
        "        connection.checks_tls,\n        conn",
        "        conn",
        KEPT,
    ),
    "the egress list changed while a client is kept": Mutant(
        "connections/access/gateway.py", "        tuple(settings.EGRESS_ALLOW),\n", "", KEPT
    ),
    "a link's other end is not read": Mutant(
        "sync/inbound/drain.py", " | {row.other_issue_id for row in rows}", "", DRAIN
    ),
    "an update of a missing issue passes for a deletion": Mutant(
        "sync/inbound/drain.py",
        "{row.issue_id for row in rows if row.event == DELETED}",
        "{row.issue_id for row in rows}",
        DRAIN,
    ),
    "a failed delivery is settled": Mutant(
        "sync/inbound/drain.py",
        "[row for row in rows if not {row.issue_id, row.other_issue_id} & failed.keys()]",
        "list(rows)",
        DRAIN,
    ),
    "the mark of a create is not asked for": Mutant(
        "sync/inbound/delivered_issues.py",
        "(OPERATION_PROPERTY,) if own_creates.waiting_creates(live[0]) else ()",
        "()",
        DRAIN,
    ),
    "another Jira is believed": Mutant(
        "connections/health/site_identity.py",
        "return (site.kind, site.identity) != (found.kind.value, found.id)",
        "return False",
        SITE,
    ),
    "another issue under a known id is taken in": Mutant(
        "sync/pairs/site_proof.py",
        "return known is not None and told is not None and known != told",
        "return False",
        SITE,
    ),
    "a moved issue is deleted": Mutant(
        "sync/outbound/send_changes.py",
        "issue_deletes.send_deletes(connection, jira, deletes, shift, strange)",
        "issue_deletes.send_deletes(connection, jira, deletes, shift, {})",
        ("tests/sync/test_ownership.py",),
    ),
    "many deletions go unasked": Mutant(
        "sync/outbox/deletion_guard.py",
        "if not fresh or not (reason := _reason(connection, fresh)):",
        "if True or not (reason := _reason(connection, fresh)):",
        ("tests/sync/test_deletion_guard.py",),
    ),
    "an issue from the future moves the watermark": Mutant(
        "sync/pairs/server_clock.py",
        "if issue.updated > clock + DRIFT:",
        "if issue.updated is None:",
        ("tests/sync/test_jira_clock.py",),
    ),
}


def survives(mutant: Mutant) -> bool:
    """Whether its tests pass in spite of it."""
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "mutant"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        target = copy / mutant.path
        text = target.read_text("utf-8")
        if text.count(mutant.old) != 1:
            sys.exit(f"{mutant.path} does not hold once: {mutant.old!r}")
        target.write_text(text.replace(mutant.old, mutant.new), "utf-8")
        command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        done = subprocess.run([*command, *mutant.tests], cwd=copy, capture_output=True, text=True)
    if done.returncode not in (0, 1):
        sys.exit(
            f"The tests of this mutant did not run:\n{done.stdout[-2000:]}{done.stderr[-500:]}"
        )
    return done.returncode == 0


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in MUTANTS]
    if unknown:
        sys.exit(f"There is no mutant {unknown[0]!r}. There are: {', '.join(MUTANTS)}.")
    alive = 0
    for name in names or MUTANTS:
        survived = survives(MUTANTS[name])
        alive += survived
        print(f"{'SURVIVED' if survived else 'killed':9} {name}", flush=True)
    return 1 if alive else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
