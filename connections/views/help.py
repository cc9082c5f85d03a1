"""What a failure's code means and what to do about it: docs/troubleshooting.md in the console."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import READ, needs
from connections.views import handbook


@needs(READ)
def troubleshooting(request: HttpRequest) -> HttpResponse:
    return render(
        request, "connections/troubleshooting.html", {"sections": handbook.troubleshooting()}
    )
