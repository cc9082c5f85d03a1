"""The workers of a soak: forks one child for each order that it reads, and tells when it ended.

`JOB POINT SECONDS` on standard input forks a child that does one of tests.soak.jobs; POINT is a crash
point's name, or `-`. The child is killed from outside, by its pid. Holds no thread and no database
connection of its own, so that forking is safe.
"""

from __future__ import annotations

import os
import sys
import traceback

DATABASE_GONE, RAISED = 3, 1


def child(job: str, point: str, seconds: float) -> int:
    from django.conf import settings
    from django.db import Error

    from tests.soak.jobs import JOBS

    settings.CRASH_AT = "" if point == "-" else point
    try:
        JOBS[job](seconds)
    except Error:
        traceback.print_exc()
        return DATABASE_GONE
    except BaseException:  # noqa: BLE001  # whatever it is, the soak is to hear of it
        traceback.print_exc()
        return RAISED
    return 0


def main() -> None:
    import django

    django.setup()
    from celery import current_app

    import tests.soak.jobs  # noqa: F401  # here, so that no child has to

    current_app.conf.update(task_always_eager=True, task_eager_propagates=True)
    print("ready", flush=True)
    for line in sys.stdin:
        job, point, seconds = line.split()
        pid = os.fork()
        if pid == 0:
            code = child(job, point, float(seconds))
            sys.stderr.flush()
            os._exit(code)
        print(f"pid {pid}", flush=True)
        _, status = os.waitpid(pid, 0)
        print(f"ended {os.waitstatus_to_exitcode(status)}", flush=True)


if __name__ == "__main__":
    main()
