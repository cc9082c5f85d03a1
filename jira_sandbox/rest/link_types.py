"""Link types: listed by everybody, added, renamed and removed by Jira's admins.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-link-types/
Data Center: https://docs.atlassian.com/software/jira/docs/api/REST/9.17.0/
"""

from dataclasses import replace
from typing import Any

from ..model.issue_creation import unlink
from ..model.projects import LinkType
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response, answer, nothing
from .lookups import renderer

NONE = "No issue link type with id '{id}' found."


def every(call: Call) -> Response:
    shapes = renderer(call)
    made = [shapes.link_type(one) for one in call.site.link_types.values()]
    return answer({"issueLinkTypes": made})


def _found(call: Call) -> LinkType:
    found = call.site.link_types.get(call.args["type"])
    if found is None:
        raise Refusal(404, NONE.format(id=call.args["type"]))
    return found


def read(call: Call) -> Response:
    return answer(renderer(call).link_type(_found(call)))


def _admin(call: Call) -> None:
    """Cloud hides it from others, Data Center says no."""
    call.demand("ADMINISTER", None, 404 if call.site.cloud else 403)


def _words(call: Call, before: LinkType) -> LinkType:
    """What the body changes of a link type. Raises Refusal 400, and 404 for a name that is in use."""
    body = call.json_object()
    words: dict[str, Any] = {one: body[one] for one in ("name", "inward", "outward") if one in body}
    if not all(isinstance(word, str) for word in words.values()):
        raise Refusal(400, "The name and both descriptions of a link type are text.")
    made = replace(before, **words)
    if not made.name:
        raise Refusal(400, errors={"name": "The name of the issue link type is required."})
    others = [one for one in call.site.link_types.values() if one.id != made.id]
    if any(one.name == made.name for one in others):
        raise Refusal(404, f"An issue link type with the name '{made.name}' exists already.")
    return made


def create(call: Call) -> Response:
    _admin(call)
    made = _words(call, LinkType(str(call.site.next_id("link type", 10100)), "", "", ""))
    call.site.link_types[made.id] = made
    return answer(renderer(call).link_type(made), 201)


def update(call: Call) -> Response:
    """Renamed, it is still the type of all its links."""
    before = _found(call)
    _admin(call)
    made = call.site.link_types[before.id] = _words(call, before)
    for link in call.site.links.values():
        if link.type.id == made.id:
            link.type = made
    return answer(renderer(call).link_type(made))


def delete(call: Call) -> Response:
    """Its links go with it."""
    gone = _found(call)
    _admin(call)
    for link in [one for one in call.site.links.values() if one.type.id == gone.id]:
        unlink(call.site, call.actor, link)
    del call.site.link_types[gone.id]
    return nothing()


def mount(router: Router) -> None:
    router.api("GET", "/issueLinkType", every)
    router.api("POST", "/issueLinkType", create)
    router.api("GET", "/issueLinkType/{type}", read)
    router.api("PUT", "/issueLinkType/{type}", update)
    router.api("DELETE", "/issueLinkType/{type}", delete)
