"""The System page: what the console stands on, as `almconnect doctor` sees it. Changes nothing."""

from __future__ import annotations

import platform
from importlib.metadata import PackageNotFoundError, version

import django
from django.conf import settings
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
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
            "rows": [(row, _state(row)) for row in found],
            "faults": sum(1 for row in found if row.failed),
            "signs": heartbeat.signs(),
            "runs": Run.objects.filter(state__in=("waiting", "running")).select_related("project"),
            "leases": Lease.objects.exclude(owner="").order_by("until")[:50],
            "versions": [*_versions()],
            "database": connection.vendor,
            "broker": "embedded" if settings.BROKER_URL.startswith("redis+socket") else "Redis",
            "poll_seconds": settings.POLL_SECONDS,
            "reconcile_seconds": settings.RECONCILE_SECONDS,
        },
    )


def _state(row: doctor.Examined) -> str:
    if row.failed:
        return "fail"
    return "warning" if row.fix else "pass"


def _versions() -> list[tuple[str, str]]:
    found = [("Python", platform.python_version()), ("Django", django.get_version())]
    for name in _SHOWN:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            found.append((name, "not installed"))
    return found
