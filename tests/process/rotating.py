"""The rotation of 1,000 credentials under SIGKILL, as a program of its own.

Forks a child per rotation and kills it at a random moment after it began; between two kills every
credential must open. Prints one JSON line: `{"kills", "finished", "unreadable", "left"}`. To be run
with a migrated database named by the environment; it writes into that database.
"""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "almconnect.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connections as databases  # noqa: E402

from almconnect.lib.secret import Secret  # noqa: E402
from connections.access import sealing  # noqa: E402
from connections.models import Connection, SealedSecret, SecretField  # noqa: E402
from connections.setup import key_rotation  # noqa: E402

NUMBER, KILLS = int(sys.argv[1]), int(sys.argv[2])
OLD, NEW = str(settings.ENCRYPTION_KEYS).split(",")


def fill() -> None:
    settings.ENCRYPTION_KEYS = OLD
    sealing.check_keys()
    for number in range(NUMBER):
        row = Connection.objects.create(
            name=f"c{number}", base_url=f"https://c{number}.example.com"
        )
        sealing.store(row, SecretField.PASSWORD, Secret(f"secret-{number}"))


def unreadable() -> int:
    found = 0
    for row in SealedSecret.objects.select_related("connection"):
        try:
            held = sealing.load(row.connection, SecretField.PASSWORD)
            found += held is None or held.reveal() != f"secret-{row.connection.name[1:]}"
        except sealing.SealBroken:
            found += 1
    return found


def rotate_and_die(ring: str, after: float) -> bool:
    """Whether the child was killed before it was through."""
    settings.ENCRYPTION_KEYS = ring
    databases.close_all()
    began, ready = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(began)
        os.write(ready, b"1")
        key_rotation.rotate()
        os._exit(0)
    os.close(ready)
    os.read(began, 1)
    os.close(began)
    time.sleep(after)
    os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def main() -> None:
    fill()
    kills = finished = broken = 0
    rings = [f"{NEW},{OLD}", f"{OLD},{NEW}"]
    ring = rings[0]
    started = time.monotonic()
    while kills < KILLS and time.monotonic() - started < 240:
        if rotate_and_die(ring, random.uniform(0.0, 0.25)):  # noqa: S311 - no secret
            kills += 1
        else:
            finished += 1
        if not key_rotation.remaining():
            # All went over: the other key's turn, so that the next kill finds work as well.
            ring = rings[1] if ring == rings[0] else rings[0]
        if kills % 10 == 0:
            broken += unreadable()
    settings.ENCRYPTION_KEYS = rings[0]
    key_rotation.rotate()
    settings.ENCRYPTION_KEYS = NEW
    broken += unreadable()
    told = {
        "kills": kills,
        "finished": finished,
        "unreadable": broken,
        "left": key_rotation.remaining(),
        "seconds": round(time.monotonic() - started, 1),
    }
    sys.stdout.write(json.dumps(told) + "\n")


main()
