"""A process that must not outlive its parent asks the kernel for it. Linux only; elsewhere it does nothing.

Uses nothing but the standard library: it is called between fork and exec, and in web processes.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1


def ask_the_kernel(parent: int, signal_number: int = signal.SIGTERM) -> None:
    """Be sent `signal_number` when `parent` ends; at once if it already has."""
    if sys.platform != "linux":
        return
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:  # it died before we could ask
        os._exit(1)
