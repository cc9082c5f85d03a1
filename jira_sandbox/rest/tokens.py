"""Personal access tokens of Data Center.

Source: https://confluence.atlassian.com/enterprise/using-personal-access-tokens-1026032365.html
"""

import secrets
from datetime import timedelta
from typing import Any

from ..model.clock import stamp
from ..model.people import Pat, User
from ..model.site import Site
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer, nothing

PATH = "/rest/pat/latest/tokens"


def make(site: Site, user: User, name: str, days: int | None) -> Pat:
    """A new token; its secret is shown once."""
    now = site.now()
    pat = Pat(site.next_id("pat", 1), name, user, secrets.token_urlsafe(33), now,
              now + timedelta(days=days) if days else None)  # fmt: skip
    site.pats[pat.id] = pat
    return pat


def _shown(pat: Pat) -> dict[str, Any]:
    made: dict[str, Any] = {"id": pat.id, "name": pat.name, "createdAt": stamp(pat.created)}
    if pat.expires:
        made["expiringAt"] = stamp(pat.expires)
    return made


def listed(call: Call) -> Response:
    return answer([_shown(one) for one in call.site.pats.values() if one.user is call.actor])


def create(call: Call) -> Response:
    body = call.json_object()
    name, days = body.get("name"), body.get("expirationDuration")
    if not isinstance(name, str) or not name.strip():
        raise Refusal(400, errors={"name": "The token name is required."})
    if days is not None and (not isinstance(days, int) or not 1 <= days <= 365):
        raise Refusal(400, errors={"expirationDuration": "The duration is 1 to 365 days."})
    pat = make(call.site, call.actor, name, days)
    return answer(_shown(pat) | {"rawToken": pat.secret}, 201)


def delete(call: Call) -> Response:
    text = call.args["id"]
    pat = call.site.pats.get(int(text)) if text.isdecimal() else None
    if pat is None or pat.user is not call.actor:
        raise Refusal(404, "The token does not exist.")
    del call.site.pats[pat.id]
    return nothing()


def mount(router: Router) -> None:
    router.add("GET", PATH, listed, "datacenter")
    router.add("POST", PATH, create, "datacenter")
    router.add("DELETE", PATH + "/{id}", delete, "datacenter")
