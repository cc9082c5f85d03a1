""" "RTE Cockpit", the home of the console, and "ALM Connections", its list."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.access import CONNECT, READ, needs
from connections.cockpit import cockpit
from connections.views.session import is_fragment, person_of


@needs(READ)
def home(request: HttpRequest) -> HttpResponse:
    """Is everything flowing? A fragment of it polls while the page is open."""
    board = cockpit.look()
    part = "connections/_cockpit.html" if is_fragment(request) else "connections/home.html"
    may_connect = person_of(request).role in CONNECT
    return render(request, part, {"board": board, "may_connect": may_connect})


@needs(READ)
def connections(request: HttpRequest) -> HttpResponse:
    board = cockpit.look()
    context = {"board": board, "may_connect": person_of(request).role in CONNECT}
    return render(request, "connections/list.html", context)
