"""Going over to the second way in under SIGKILL, as a program of its own.

Lets a second way wait, has the first refused, and kills the child that goes over, at a random moment or a
named point. After each kill the connection has a way in: it went over, or still can. Prints one JSON line:
`{"kills", "at", "shut_out", "went_over"}`. To be run as `python -m tests.process.changing_over KILLS FIRST
SECOND`, the passwords of the two users `one` and `two`, with a database that holds a connection as `one`.
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

from accounts.models import AuditEntry  # noqa: E402
from almconnect.lib.secret import Secret  # noqa: E402
from connections.access import gateway, sealing  # noqa: E402
from connections.credentials import second_way  # noqa: E402
from connections.credentials.credentials import Credential  # noqa: E402
from connections.models import Connection  # noqa: E402
from connections.setup import change_over  # noqa: E402

KILLS = int(sys.argv[1])
USERS = {"one": sys.argv[2], "two": sys.argv[3]}  # two accounts of Jira that the connection may be
POINTS = ("change_over.proven", "change_over.taken", "change_over.done")


def let_wait() -> None:
    """The other of the two accounts waits."""
    row = Connection.objects.get()
    name = next(one for one in USERS if one != row.username)
    second_way.offer(row, Credential("basic", Secret(USERS[name]), name), actor=None, account=name)


def go_over_and_die(at: str, after: float) -> bool:
    """Whether the child was killed before it was through."""
    databases.close_all()
    child = os.fork()
    if child == 0:
        settings.CRASH_AT = at
        change_over.change_over(Connection.objects.get(), why="refused")
        os._exit(0)
    if not at:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    return os.WIFSIGNALED(status)


def has_a_way_in(before: str) -> bool:
    """By what is stored, and as the account that it says; what did not go over can still."""
    row = Connection.objects.get()
    gateway.forget(row.pk)
    whole = gateway.jira_for(row).myself().id == row.account_id == row.username
    held = second_way.waiting(row) is not None
    consistent = held == bool(row.second_way) == (row.username == before)
    gateway.forget(row.pk)
    return whole and consistent


def main() -> None:
    sealing.check_keys()
    kills = shut_out = 0
    at = dict.fromkeys((*POINTS, "random"), 0)
    started = time.monotonic()
    while kills < KILLS and time.monotonic() - started < 1200:
        before = Connection.objects.get().username
        let_wait()
        gateway.forget(Connection.objects.get().pk)
        point = random.choice((*POINTS, "", ""))  # noqa: S311 - no secret
        if go_over_and_die(point, random.uniform(0.0, 0.15)):  # noqa: S311 - no secret
            kills += 1
            at[point or "random"] += 1
        shut_out += not has_a_way_in(before)
        if Connection.objects.get().username == before and kills % 3 == 0:
            change_over.change_over(Connection.objects.get(), why="refused")
            shut_out += not has_a_way_in(before)
    told = {
        "kills": kills,
        "at": at,
        "shut_out": shut_out,
        "went_over": AuditEntry.objects.filter(action="connection.changed_over").count(),
        "seconds": round(time.monotonic() - started, 1),
    }
    sys.stdout.write(json.dumps(told) + "\n")


main()
