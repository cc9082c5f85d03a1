"""`manage.py doctor`: everything the console stands on, looked at now, each fault with its fix.

Changes nothing. Readiness (`almconnect.health`) is what machines ask; this is what a person asks.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.utils import timezone

from almconnect import health, heartbeat
from connections.health import vendor_changes
from connections.models import Connection
from jira_client.errors import SigningUnavailable
from jira_client.keys import check_signing

LEAST_DISK = 500_000_000  # bytes
VENDOR_SOON = timedelta(days=90)
CLOCK_SLACK = 30.0  # seconds; Jira refuses a signature that is five minutes off

MARKS = {"pass": "ok", "warning": "warn", "fail": "FAIL", "not_checked": "-"}


@dataclass(frozen=True, slots=True)
class Examined:
    """One line of the doctor's report; `fix` is empty where all is well."""

    """One part. `fix`: what to do; where it was not `checked`: why not, and what would check it."""

    name: str
    fix: str = ""
    failed: bool = False
    checked: bool = True

    @property
    def state(self) -> str:
        """pass, warning, fail or not_checked, as the console shows them."""
        if not self.checked:
            return "not_checked"
        return "fail" if self.failed else "warning" if self.fix else "pass"

    def line(self) -> str:
        return f"{MARKS[self.state]:5} {self.name}" + (f": {self.fix}" if self.fix else "")


def examine() -> list[Examined]:
    found = [
        Examined(name.replace("_", " "), part.reason, failed=part.state is not health.State.OK)
        for name, part in health.look(afresh=True).items()
    ]
    return found + [look() for look in LOOKS]


def role(name: str) -> Callable[[], Examined]:
    def look() -> Examined:
        if heartbeat.alive(name):
            return Examined(name)
        return Examined(
            name,
            f"No sign of life for {heartbeat.DEAD_AFTER_SECONDS:g} s; start it: "
            f"`./run.py serve` starts everything, `./run.py manage {name}` this alone, "
            f"`docker compose up -d {name}` under compose.",
            failed=True,
        )

    return look


def signing() -> Examined:
    """Some systems' policies switch SHA-1 off; Jira's OAuth 1.0a accepts nothing else."""
    try:
        check_signing()
    except SigningUnavailable as error:
        return Examined("RSA-SHA1 signing", str(error), failed=True)
    return Examined("RSA-SHA1 signing")


def clock() -> Examined:
    """Against the database's clock; SQLite has none of its own, so then nothing is claimed."""
    if connection.vendor != "postgresql":
        return Examined(
            "clock",
            "Not compared: SQLite has no clock of its own. “Test connection” compares this host's "
            "with Jira's.",
            checked=False,
        )
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT extract(epoch FROM clock_timestamp())")
            off = abs(float(cursor.fetchone()[0]) - time.time())
    except DatabaseError:
        return Examined("clock", "Not compared: the database does not answer.", checked=False)
    if off > CLOCK_SLACK:
        return Examined(
            "clock", f"This host and the database differ by {off:.0f} s; start NTP on both.", True
        )
    return Examined("clock")


def disk() -> Examined:
    free = shutil.disk_usage(Path(settings.DATA_DIR)).free
    if free < LEAST_DISK:
        return Examined("disk", f"Only {free // 1_000_000} MB free in {settings.DATA_DIR}.", True)
    return Examined("disk")


def address() -> Examined:
    if settings.HTTPS or "127.0.0.1" in settings.BASE_URL or "localhost" in settings.BASE_URL:
        return Examined("address")
    return Examined(
        "address", "ALMCONNECT_BASE_URL is plain http; put TLS in front and say https there."
    )


def vendor() -> Examined:
    """What Atlassian changes within three months, or has changed, for the connections there are."""
    soon = timezone.localdate() + VENDOR_SOON
    try:
        found = [
            f"{row.name}: {one.what} {one.remedy}"
            for row in Connection.objects.order_by("name")
            for one in vendor_changes.ahead_of(row)
            if one.due is not None and one.due <= soon
        ]
    except DatabaseError:
        return Examined(
            "Atlassian's changes", "Not looked up: the database does not answer.", checked=False
        )
    return Examined("Atlassian's changes", " ".join(found))


LOOKS: tuple[Callable[[], Examined], ...] = (
    role("worker"),
    role("beat"),
    signing,
    clock,
    disk,
    address,
    vendor,
)
