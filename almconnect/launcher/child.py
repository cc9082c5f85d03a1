"""One child process: its command, its log file, its end. It dies with its parent, however that ends.

On Linux the kernel is asked to (PDEATHSIG); elsewhere a small process (`parent_watch`) holds the reading
end of a pipe and ends the child when the parent's end closes.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import IO

from almconnect.launcher import parent_death

LOG_LIMIT = 10_000_000  # bytes; a larger log is put aside, at the start and while its child runs


@dataclass(frozen=True, slots=True)
class Recipe:
    """How to start a child. `grace` is how many seconds it may take to end when asked to."""

    name: str
    command: Sequence[str]
    grace: float = 10.0
    restarts: bool = True
    first_line: bool = False  # its first line of standard output is for us, not for the log


class Child:
    """A started process. Its output is appended to `<logs>/<name>.log`."""

    def __init__(
        self,
        recipe: Recipe,
        *,
        environment: Mapping[str, str],
        logs: Path,
        parent_watch: bool = False,
    ) -> None:
        self.recipe = recipe
        self.log = logs / f"{recipe.name}.log"
        self.started = time.monotonic()
        self._leash: int | None = None
        with _opened(self.log) as log:
            command: list[str] = list(recipe.command)
            leash: tuple[int, ...] = ()
            on_linux = sys.platform == "linux" and not parent_watch
            if not on_linux:
                near, self._leash = os.pipe()
                command = [
                    sys.executable,
                    "-m",
                    "almconnect.launcher.parent_watch",
                    str(near),
                    *command,
                ]
                leash = (near,)
            self.process: subprocess.Popen[bytes] = subprocess.Popen(  # noqa: S603  (the command is our own)
                command,
                env=dict(environment),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE if recipe.first_line else log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches the parent only, which stops in order
                preexec_fn=partial(parent_death.ask_the_kernel, os.getpid()) if on_linux else None,
                pass_fds=leash,
            )
            if not on_linux:
                os.close(near)

    @property
    def name(self) -> str:
        return self.recipe.name

    def ended(self) -> int | None:
        """The exit code, or None while it runs."""
        return self.process.poll()

    def first_line(self, within: float) -> str:
        """What a `first_line` child said; empty if it ended first. Raises TimeoutError."""
        import select

        stream = self.process.stdout
        if stream is None:
            raise ValueError(f"{self.name} was not started with first_line")
        ready, _, _ = select.select([stream], [], [], within)
        if not ready:
            raise TimeoutError(f"{self.name} said nothing within {within:g} s")
        return stream.readline().decode(errors="replace").strip()

    def bound_log(self) -> None:
        """Put a log that grew too large aside. The child holds the file open and goes on appending, so
        it is copied and emptied in place; what is written in between is lost.
        """
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > LOG_LIMIT:
                aside = self.log.with_suffix(".log.1")
                half = aside.with_suffix(".new")
                shutil.copyfile(self.log, half)
                half.chmod(0o600)
                half.replace(aside)
                os.truncate(self.log, 0)

    def last_lines(self, count: int = 15) -> str:
        try:
            lines = self.log.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            return ""
        return "\n".join(f"  {line}" for line in lines[-count:])

    def ask_to_end(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            self.process.terminate()

    def end(self) -> None:
        """Ask, wait for its grace, then kill it; and whatever it started and left behind."""
        self.ask_to_end()
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(self.recipe.grace)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        if self.process.stdout:
            self.process.stdout.close()
        if self._leash is not None:
            os.close(self._leash)
            self._leash = None


def _opened(log: Path) -> contextlib.AbstractContextManager[IO[bytes]]:
    if log.exists() and log.stat().st_size > LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    log.touch(mode=0o600)
    return log.open("ab")
