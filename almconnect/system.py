"""The System page: what the console stands on, as `manage.py doctor` sees it. Changes nothing."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import django
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import OPERATE, needs
from almconnect import doctor, heartbeat
from sync.models import Lease, Run

_SHOWN = ("celery", "redis", "granian", "cryptography", "requests")


@needs(OPERATE)
@require_safe
def system(request: HttpRequest) -> HttpResponse:
    found = doctor.examine()
    return render(
        request,
        "system.html",
        {
            "rows": found,
            "faults": sum(1 for row in found if row.failed),
            "signs": heartbeat.signs(),
            "runs": Run.objects.filter(state__in=("waiting", "running")).select_related("project"),
            "leases": Lease.objects.exclude(owner="").order_by("until")[:50],
            "versions": [*_versions()],
            "database": connection.vendor,
            "broker": _broker(),
            "worker_in_web": settings.WORKER_IN_WEB,
            "poll_seconds": settings.POLL_SECONDS,
            "reconcile_seconds": settings.RECONCILE_SECONDS,
        },
    )


def _broker() -> str:
    """What carries the messages, without its address, which may hold a password."""
    kind = settings.BROKER_URL.partition(":")[0]
    if kind == "redis+socket":
        return _("embedded Valkey")
    if kind == "memory":
        return _("none: the memory of this process")
    return "Redis"


def _versions() -> list[tuple[str, str]]:
    found = [("Python", platform.python_version()), ("Django", django.get_version())]
    for name in _SHOWN:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, "not installed"))
    return found
