"""A task on the console's own Celery settings, run by a real worker in `test_redelivery`.

It notes each run in the file it is told and then waits until it is killed or a second run is noted.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

from almconnect.celery import app


@app.task(name="tests.waking.note")
def note(path: str) -> None:
    with Path(path).open("a", encoding="ascii") as file:
        file.write(f"{os.getpid()}\n")
    limit = time.monotonic() + 60
    while len(Path(path).read_text("ascii").splitlines()) < 2 and time.monotonic() < limit:
        time.sleep(0.05)
