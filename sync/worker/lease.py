"""One worker at a time for one piece of work, by a conditional UPDATE that counts rows.

A lease ends by itself, so a killed worker blocks nobody for long; while its holder lives a thread
renews it, however long a call to Jira takes. Its `fence` lets a worker that was only slow find out,
before it commits or sends anything, that another has taken over.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import structlog
from django.db import DatabaseError, connections, transaction
from django.db.models import F, Q
from django.utils import timezone

from sync.models import Lease

log = structlog.get_logger(__name__)

SECONDS = 30.0
BEATS = 3  # renewals within a lease's time: two may fail before it ends


class LeaseLost(Exception):
    """Another worker has taken this work over; nothing more may be sent or written for it."""


class Held:
    """A lease that was claimed: `check` before each call to Jira, `guard` in each transaction."""

    def __init__(self, name: str, owner: str, fence: int, seconds: float = SECONDS) -> None:
        self.name, self.owner, self.fence = name, owner, fence
        self._seconds = seconds
        self._sure_until = time.monotonic() + seconds
        self._lost = False

    def renew(self) -> None:
        """Hold it for its full time again. Raises LeaseLost."""
        # Counted from before the write: the row must never end before we believe that it does.
        asked = time.monotonic()
        until = timezone.now() + timedelta(seconds=self._seconds)
        rows = Lease.objects.filter(name=self.name)
        if rows.filter(fence=self.fence).update(until=until):
            self._sure_until = asked + self._seconds
        elif rows.filter(fence__gt=self.fence).exists():
            self._lost = True
            raise LeaseLost(self.name)

    def check(self) -> None:
        """Without asking the database: is it surely ours still? Raises LeaseLost."""
        if self._lost or time.monotonic() >= self._sure_until:
            raise LeaseLost(self.name)

    def guard(self) -> None:
        """Inside a transaction: hold the lease's row until the commit. Raises LeaseLost."""
        row = Lease.objects.select_for_update().filter(name=self.name, fence=self.fence).first()
        if row is None:
            raise LeaseLost(self.name)

    def release(self) -> None:
        Lease.objects.filter(name=self.name, fence=self.fence).update(
            owner="", until=timezone.now()
        )


def _owner() -> str:
    return f"{socket.gethostname()[:40]}:{os.getpid()}:{threading.get_ident()}"


def is_held(name: str) -> bool:
    """Whether a worker is at this piece of work now."""
    return Lease.objects.filter(name=name, until__gt=timezone.now()).exists()


def claim(name: str, seconds: float = SECONDS) -> Held | None:
    """The lease, or None while another holds it. Nobody renews it: see `holding`."""
    now, owner = timezone.now(), _owner()
    with transaction.atomic():
        Lease.objects.get_or_create(name=name, defaults={"until": now})
        won = Lease.objects.filter(Q(until__lte=now) | Q(owner=""), name=name).update(
            owner=owner, until=now + timedelta(seconds=seconds), fence=F("fence") + 1
        )
        if not won:
            return None
        fence = Lease.objects.values_list("fence", flat=True).get(name=name)
        return Held(name, owner, fence, seconds)


@contextmanager
def holding(name: str, seconds: float = SECONDS) -> Iterator[Held | None]:
    """`with holding("push:…") as held:`, where `held` is None if another worker is at it.

    It is renewed in the background until the block ends.
    """
    held = claim(name, seconds)
    if held is None:
        yield None
        return
    done = threading.Event()
    beat = threading.Thread(
        target=_keep, args=(held, done, seconds / BEATS), name=f"lease {name}", daemon=True
    )
    beat.start()
    try:
        yield held
    finally:
        done.set()
        beat.join()
        held.release()


def _keep(held: Held, done: threading.Event, every: float) -> None:
    """Renew until told to end. A database that fails costs beats; the holder's `check` counts them."""
    while not done.wait(every):
        try:
            held.renew()
        except LeaseLost:
            return
        except DatabaseError as problem:
            log.warning("lease not renewed", lease=held.name, problem=type(problem).__name__)
        finally:
            connections.close_all()
