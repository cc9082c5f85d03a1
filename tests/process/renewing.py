"""Renewals of OAuth 2.0 tokens under SIGKILL, as a program of its own.

Forks a child per renewal and kills it at a random moment, or at one of the named points, beside a Jira
whose refresh tokens rotate. After each kill the console must still have a way in. Prints one JSON line:
`{"kills", "at", "renewals", "shut_out"}`. To be run as `python -m tests.process.renewing KILLS`, with a
connected database and a sandbox's gateway named by the environment.
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
from django.utils import timezone  # noqa: E402

from connections.access import gateway, person_tokens, sealing  # noqa: E402
from connections.models import Connection, SecretField  # noqa: E402

KILLS = int(sys.argv[1])
POINTS = ("renewal.marked", "renewal.answered", "renewal.sealed")


def held() -> person_tokens.Held:
    secret = sealing.load(Connection.objects.get(), SecretField.ACCESS_TOKEN)
    assert secret is not None
    return person_tokens.read(secret)


def age() -> None:
    """The token ends in four minutes, and nobody has a claim: what a dead worker left is over."""
    row, kept = Connection.objects.get(), held()
    soon = timezone.now()
    aged = person_tokens.replace(kept, renew_at=soon.isoformat())
    sealing.store(row, SecretField.ACCESS_TOKEN, aged.as_secret())
    Connection.objects.update(renewal_due=None)


def renew_and_die(at: str, after: float) -> bool:
    """Whether the child was killed before it was through."""
    databases.close_all()
    child = os.fork()
    if child == 0:
        settings.CRASH_AT = at
        gateway.jira_for(Connection.objects.get()).myself()
        os._exit(0)
    if not at:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def main() -> None:
    sealing.check_keys()
    kills = shut_out = turn = 0
    at = dict.fromkeys((*POINTS, "random"), 0)
    renewed = set()
    started = time.monotonic()
    while kills < KILLS and time.monotonic() - started < 1200:
        turn += 1
        point = random.choice((*POINTS, "", ""))  # noqa: S311 - no secret
        age()
        if renew_and_die(point, random.uniform(0.0, 0.12)):  # noqa: S311 - no secret
            kills += 1
            at[point or "random"] += 1
        renewed.add(held().refresh)
        if kills % 5 == 0:
            # By the stored token, renewed once more after whatever was lost.
            age()
            gateway.forget(Connection.objects.get().pk)
            try:
                gateway.jira_for(Connection.objects.get()).myself()
            except Exception as error:  # noqa: BLE001 - counted, and shown
                shut_out += 1
                sys.stderr.write(f"{type(error).__name__}: {error}\n")
            gateway.forget(Connection.objects.get().pk)
    age()
    gateway.jira_for(Connection.objects.get()).myself()
    told = {
        "kills": kills,
        "at": at,
        "renewals": len(renewed),
        "shut_out": shut_out,
        "turns": turn,
        "seconds": round(time.monotonic() - started, 1),
    }
    sys.stdout.write(json.dumps(told) + "\n")


main()
