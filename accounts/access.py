"""Who may open what: each page and each API call declares its roles here, and one test enumerates them.

READ admits everyone who signed in; PLAN edits the board, maps projects and runs checks; CONNECT does
connections, credentials and people; OPERATE sees the machine room.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext as _

from accounts.models import Role

READ = frozenset(Role.values)
PLAN = frozenset({Role.RTE.value, Role.ADMIN.value})
CONNECT = frozenset({Role.ADMIN.value})
OPERATE = frozenset({Role.OPS.value, Role.ADMIN.value})

View = Callable[..., HttpResponseBase]


def needs(roles: frozenset[str]) -> Callable[[View], View]:
    """A page for these roles: others are sent to sign in, or refused (403) when signed in."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if user.role not in roles:
                raise PermissionDenied(_missing(user.role, roles))
            return view(request, *args, **kwargs)

        guarded.needs = roles  # type: ignore[attr-defined]  # read by the route × role test
        return guarded

    return declare


def _missing(role: str, roles: frozenset[str]) -> str:
    """What somebody's role does not hold, and which would; in the words of the people's page."""
    named = [str(one.label) for one in Role if one.value in roles]
    return _("Your role is %(role)s; this page is for: %(roles)s.") % {
        "role": Role(role).label,
        "roles": ", ".join(named),
    }


def public(view: View) -> View:
    """A page that needs no sign-in, said aloud so that the route test can tell it from a forgotten one."""
    view.needs = None  # type: ignore[attr-defined]
    return view
