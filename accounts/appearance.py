"""Light or dark: one cookie, read by the page shell, so that no page flashes."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_POST

from accounts.access import public
from almconnect.lib.pages import way_back

THEMES = ("light", "dark")
YEAR = 365 * 24 * 3600


@public
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember the theme and go back to where the person was, on this site only."""
    response = HttpResponseRedirect(way_back(request))
    theme = request.POST.get("theme")
    if theme in THEMES:
        response.set_cookie(
            "theme",
            theme,
            max_age=YEAR,
            secure=bool(settings.SESSION_COOKIE_SECURE),
            httponly=True,
            samesite="Lax",
        )
    return response
