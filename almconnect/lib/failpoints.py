"""Named places at which a test may kill this process, to prove that a crash there loses nothing.

`sync.worker.failpoints` says where they belong. Below `sync` stand those of renewing a person's OAuth 2.0
tokens, `renewal.…`, at which tests/process/test_renewal_under_kill.py dies.
"""

from __future__ import annotations

import os
import signal

from django.conf import settings


def point(name: str) -> None:
    """End this process as SIGKILL would, if this is the point that was named: nothing is cleaned up."""
    if settings.CRASH_AT and name == settings.CRASH_AT:
        os.kill(os.getpid(), signal.SIGKILL)
