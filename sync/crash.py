"""Named places at which a test may kill this process, to prove that a crash there loses nothing.

A point does nothing unless ALMCONNECT_CRASH_AT names it. Place one on either side of every commit and
every call that changes Jira, named `<module>.<what has just happened>`.
"""

from __future__ import annotations

import os
import signal

from django.conf import settings


def point(name: str) -> None:
    """End this process as SIGKILL would, if this is the point that was named: nothing is cleaned up."""
    if settings.CRASH_AT and name == settings.CRASH_AT:
        os.kill(os.getpid(), signal.SIGKILL)
