"""One worker at a time for one piece of work, by a conditional UPDATE that counts rows.

A lease ends by itself, so a killed worker blocks nobody for long; its `fence` lets a worker that was
only slow find out, before it commits, that another has taken over.
"""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from sync.models import Lease

SECONDS = 30.0


class LeaseLost(Exception):
    """Another worker has taken this work over; nothing more may be written for it."""


@dataclass(frozen=True, slots=True)
class Held:
    """A lease that was claimed. `guard` before each commit, `renew` between slices."""

    name: str
    owner: str
    fence: int

    def renew(self, seconds: float = SECONDS) -> None:
        """Raises LeaseLost."""
        until = timezone.now() + timedelta(seconds=seconds)
        if not Lease.objects.filter(name=self.name, fence=self.fence).update(until=until):
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


def claim(name: str, seconds: float = SECONDS) -> Held | None:
    """The lease, or None while another holds it."""
    now, owner = timezone.now(), _owner()
    with transaction.atomic():
        Lease.objects.get_or_create(name=name, defaults={"until": now})
        won = Lease.objects.filter(Q(until__lte=now) | Q(owner=""), name=name).update(
            owner=owner, until=now + timedelta(seconds=seconds), fence=F("fence") + 1
        )
        if not won:
            return None
        return Held(name, owner, Lease.objects.values_list("fence", flat=True).get(name=name))


@contextmanager
def holding(name: str, seconds: float = SECONDS) -> Iterator[Held | None]:
    """`with holding("push:…") as held:`, where `held` is None if another worker is at it."""
    held = claim(name, seconds)
    try:
        yield held
    finally:
        if held is not None:
            held.release()
