"""Do the commits say what they do and why? `python tools/commits.py`; one that does not is named, exit code 1.

A subject has at most 72 characters and the body says why (CONTRIBUTING.md). Looked at are the commits
since the rule began; of a merge, its subject. A checkout without that history has nothing to be judged.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SINCE = "1471c91"
LONGEST = 72
_FORM = "%h%x1f%p%x1f%s%x1f%b%x1e"


def main(folder: Path, since: str = SINCE) -> int:
    known = _git(folder, "rev-parse", "--verify", "--quiet", f"{since}^{{commit}}")
    if known.returncode:
        print("commits: this checkout does not hold the history, so nothing was judged")
        return 0
    listed = _git(folder, "log", f"--format={_FORM}", f"{since}..HEAD")
    listed.check_returncode()
    wrong = [why for one in listed.stdout.split("\x1e") if (why := judged(one.strip("\n")))]
    for why in wrong:
        print(why)
    return 1 if wrong else 0


def judged(commit: str) -> str:
    """What is wrong with it, in a line; empty where nothing is."""
    if not commit:
        return ""
    name, parents, subject, body = commit.split("\x1f")
    if len(subject) > LONGEST:
        return f"{name}: the subject has {len(subject)} characters, {LONGEST} at most: {subject}"
    if not body.strip() and len(parents.split()) < 2:
        return f"{name}: the body does not say why: {subject}"
    return ""


def _git(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["git", "-C", str(folder), *words], capture_output=True, text=True, check=False
    )


if __name__ == "__main__":
    sys.exit(main(Path(__file__).resolve().parent.parent))
