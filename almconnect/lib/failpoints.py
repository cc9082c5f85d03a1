"""Named places at which a test may kill this process, to prove that a crash there loses nothing.

`sync.worker.failpoints` says where they belong. Below `sync` stand those of renewing a person's OAuth 2.0
tokens, `renewal.…`, and of going over to the second way in, `change_over.…`, at which
tests/process/test_renewal_under_kill.py and test_change_over_under_kill.py die.
"""

from __future__ import annotations

import os
import signal

from django.conf import settings


def point(name: str) -> None:
    """End this process as SIGKILL would, if this is the point that was named: nothing is cleaned up."""
    if settings.CRASH_AT and name == settings.CRASH_AT:
        os.kill(os.getpid(), signal.SIGKILL)
