"""The soak's side of the forker: order a worker, kill it, learn how it ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from tests.soak.forker import DATABASE_GONE

KILLED = -signal.SIGKILL


class WorkerFailed(AssertionError):
    """A worker ended by an error of its own: that is a finding, not a fault that was provoked."""


class Workers:
    def __init__(self, log: Path) -> None:
        self.log = log.open("ab")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.soak.forker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.log,
            text=True,
        )
        self._expect("ready")

    def work(
        self,
        point: str = "-",
        seconds: float = 5.0,
        kill_after: float | None = None,
        job: str = "work",
    ) -> bool:
        """One worker until it ends; True if it was killed, from outside or at the crash point.

        `job`: one of tests.soak.jobs.

        Raises WorkerFailed where it ended by an exception. A database that went away is none.
        """
        assert self.process.stdin is not None
        self.process.stdin.write(f"{job} {point} {seconds}\n")
        self.process.stdin.flush()
        pid = int(self._expect("pid"))
        if kill_after is not None:
            time.sleep(kill_after)
            with suppress(ProcessLookupError):  # it was done before
                os.kill(pid, signal.SIGKILL)
        code = int(self._expect("ended"))
        if code not in (0, KILLED, DATABASE_GONE):
            raise WorkerFailed(f"a worker ended with exit code {code}; see {self.log.name}")
        return code == KILLED

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        self.process.wait()  # its children are ended by now; on a busy machine that takes its time
        self.log.close()

    def _expect(self, word: str) -> str:
        assert self.process.stdout is not None
        line = self.process.stdout.readline().split()
        if not line or line[0] != word:
            raise WorkerFailed(
                f"the forker said {line!r} where “{word}” was due; see {self.log.name}"
            )
        return line[1] if len(line) > 1 else ""
