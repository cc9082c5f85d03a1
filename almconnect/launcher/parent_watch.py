"""Watches for the parent's end where the kernel does not, and then ends the child.

Called as `python -m almconnect.launcher.parent_watch FD COMMAND…`. FD is the reading end of a pipe whose
other end only the parent holds; when it closes, the parent is gone and the child is asked to end. Passes
SIGTERM on and exits with the child's code.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from types import FrameType

PATIENCE = 20.0


def run_watched(leash: int, command: list[str]) -> int:
    child = subprocess.Popen(command, close_fds=True)  # noqa: S603  (the command is our own)

    def pass_on(number: int, frame: FrameType | None) -> None:
        child.send_signal(number)

    signal.signal(signal.SIGTERM, pass_on)
    signal.signal(signal.SIGINT, pass_on)

    def watch() -> None:
        while os.read(leash, 64):
            pass
        child.terminate()
        try:
            child.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            child.kill()

    threading.Thread(target=watch, daemon=True).start()
    return child.wait()


if __name__ == "__main__":
    sys.exit(abs(run_watched(int(sys.argv[1]), sys.argv[2:])))
