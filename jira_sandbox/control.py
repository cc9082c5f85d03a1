"""Handles for tests and benchmarks, by JSON and from loopback only; no part of any Jira.

POST /sandbox/faults   {"name", "value", "times", "path", "method", "body"}   see faults.py
GET  /sandbox/faults   the faults that are on;   DELETE switches all off
GET  /sandbox/authority.pem   the authority whose certificates --tls shows
POST /sandbox/grants   {"user", "project", "permission", "granted"}; without a project a global
POST /sandbox/limits   {"user", "capacity", "fill", "interval"}; capacity null: no limit
POST /sandbox/issues   {"project", "count"}: bulk issues for benchmarks
POST /sandbox/fields   {"name", "kind", "choices", "projects"}: a custom field, of kind select, team,
                       parent-link (of Data Center's Advanced Roadmaps) or one of model.fields.ADDED, on
                       the screens of these projects (by default all); answers its id and its choices'
POST /sandbox/names    {"kind", "id", "name"}: another name for an issue type, status or priority
POST /sandbox/reset    counts of calls to zero, faults off
GET  /sandbox/state    counts of calls by method and path template, and of everything held
"""

import ipaddress
from typing import Any

from .faults import Faults
from .limits import Limits
from .model.fields import ADDED, added, chosen_from, parent_link
from .model.metadata_names import rename
from .model.permissions import KEYS
from .model.project_admin import add_board, add_project
from .refusal import Refusal
from .routing import Call, Handler, Router
from .tls import Certificates
from .wire import Response, answer, nothing

PREFIX = "/sandbox/"


def local(handler: Handler) -> Handler:
    """Only for callers on this machine. Raises Refusal 403 for others."""

    def guarded(call: Call) -> Response:
        if not ipaddress.ip_address(call.request.remote).is_loopback:
            raise Refusal(403, "The control endpoints answer on loopback only.")
        return handler(call)

    return guarded


def faults_of(call: Call) -> Faults:
    found: Faults = call.site.parts["faults"]
    return found


def switch(call: Call) -> Response:
    body = call.json_object()
    faults_of(call).switch(str(body.get("name", "")), body.get("value", True), body.get("times"),
                           body.get("path"), body.get("method"), body.get("body"))  # fmt: skip
    return answer({"faults": faults_of(call).listed()})


def faults(call: Call) -> Response:
    return answer({"faults": faults_of(call).listed()})


def authority(call: Call) -> Response:
    """The sandbox's own authority, to be trusted as CA bundle. Raises Refusal 404 without TLS."""
    certificates: Certificates | None = call.site.parts.get("certificates")
    if certificates is None:
        raise Refusal(404, "This sandbox speaks no TLS: start it with --tls or --tls-port.")
    return Response(200, certificates.authority.encode(), "application/x-pem-file")


def client(call: Call) -> Response:
    """A client certificate of the sandbox's authority with its key. Raises Refusal 404 without TLS."""
    certificates: Certificates | None = call.site.parts.get("certificates")
    if certificates is None:
        raise Refusal(404, "This sandbox speaks no TLS: start it with --tls or --tls-port.")
    return Response(200, certificates.client.encode(), "application/x-pem-file")


def clear(call: Call) -> Response:
    faults_of(call).clear()
    return nothing()


def _user(call: Call, name: Any) -> Any:
    user = call.site.user_by(name=str(name), email=str(name), account_id=str(name))
    if user is None:
        raise Refusal(400, f"There is no user '{name}'.")
    return user


def grant(call: Call) -> Response:
    body = call.json_object()
    user = _user(call, body.get("user"))
    permission = body.get("permission")
    if permission not in KEYS:
        raise Refusal(400, f"There is no permission '{permission}'.")
    granted = bool(body.get("granted", True))
    if permission == "ADMINISTER":
        held = user.global_permissions
        (held.add if granted else held.discard)(permission)
        return nothing()
    project = call.site.project(body.get("project", ""))
    if project is None:
        raise Refusal(400, f"There is no project '{body.get('project')}'.")
    call.site.grant(project, user, permission, granted)
    return nothing()


def limit(call: Call) -> Response:
    body = call.json_object()
    limits: Limits = call.site.parts["limits"]
    limits.set(_user(call, body.get("user")), body.get("capacity"), int(body.get("fill", 1)),
               float(body.get("interval", 1)))  # fmt: skip
    return nothing()


def issues(call: Call) -> Response:
    body = call.json_object()
    project = call.site.project(body.get("project", ""))
    if project is None:
        raise Refusal(400, f"There is no project '{body.get('project')}'.")
    made = call.site.add_bulk_issues(project, int(body.get("count", 0)))
    return answer({"first": made[0].id, "last": made[-1].id} if made else {}, 201)


def projects(call: Call) -> Response:
    for _ in range(int(call.json_object().get("count", 0))):
        number = len(call.site.projects) + 1
        add_project(call.site, f"BULK{number}", f"Bulk project {number}")
    return nothing()


def board(call: Call) -> Response:
    """A further board of `project`: `name`, `kind`, the projects that it `shows` too, its `jql`."""
    body, site = call.json_object(), call.site
    named = [site.project(key) for key in (body.get("project"), *(body.get("shows") or ()))]
    found = [one for one in named if one is not None]
    kind = str(body.get("kind") or "scrum")
    if len(found) < len(named) or not found:
        raise Refusal(400, "There is no such project.")
    if kind not in ("scrum", "kanban", "simple"):
        raise Refusal(400, "The kind is scrum, kanban or simple.")
    made = add_board(site, found[0], kind, str(body.get("name") or ""), shows=found[1:],
                     jql=str(body.get("jql") or ""))  # fmt: skip
    made.sprints = bool(body.get("sprints"))
    return answer({"id": made.id}, 201)


def field(call: Call) -> Response:
    """A Team field's teams have long ids on Cloud and numbers on Data Center."""
    body, site = call.json_object(), call.site
    number = site.next_id("field", 10300)
    kind = body.get("kind")
    known = ("select", "team", "parent-link", *ADDED)
    if kind not in known or (kind == "parent-link" and site.cloud):
        raise Refusal(400, f"The kind is one of {', '.join(known)}; on Cloud not parent-link.")
    long = "0000{}-1bf0-4f85-a357-c5b858c31de4" if kind == "team" and site.cloud else "{}"
    names = [str(one) for one in body.get("choices") or ()]
    choices = tuple((long.format(site.next_id("choice", 2000)), name) for name in names)
    name = str(body.get("name", ""))
    if kind == "parent-link":
        made = parent_link(number)
    elif kind in ADDED:
        made = added(number, name, kind, choices)
    else:
        made = chosen_from(number, name, kind, choices, site.cloud)
    site.fields[made.id] = made
    shown = body.get("projects")
    for project in site.projects.values():
        if shown is not None and project.key not in shown:
            project.hidden_fields.add(made.id)
    return answer({"id": made.id, "choices": dict(zip(names, dict(choices), strict=True))}, 201)


def name(call: Call) -> Response:
    body = call.json_object()
    rename(call.site, *(str(body.get(part, "")) for part in ("kind", "id", "name")))
    return nothing()


def reset(call: Call) -> Response:
    call.site.calls.clear()
    faults_of(call).clear()
    return nothing()


def state(call: Call) -> Response:
    site = call.site
    calls = {name: count for name, count in site.calls.items() if PREFIX not in name}
    held = {"projects": len(site.projects), "issues": len(site.issues), "links": len(site.links),
            "sprints": len(site.sprints), "webhooks": len(site.parts["webhooks"].known)}  # fmt: skip
    return answer({"calls": calls, "total": sum(calls.values()), "held": held})


def mount(router: Router) -> None:
    router.add("POST", "/sandbox/faults", local(switch))
    router.add("DELETE", "/sandbox/faults", local(clear))
    router.add("GET", "/sandbox/faults.json", local(faults))
    router.add("GET", "/sandbox/authority.pem", local(authority))
    router.add("GET", "/sandbox/client.pem", local(client))
    router.add("POST", "/sandbox/grants", local(grant))
    router.add("POST", "/sandbox/limits", local(limit))
    router.add("POST", "/sandbox/issues", local(issues))
    router.add("POST", "/sandbox/projects", local(projects))
    router.add("POST", "/sandbox/boards", local(board))
    router.add("POST", "/sandbox/fields", local(field))
    router.add("POST", "/sandbox/names", local(name))
    router.add("POST", "/sandbox/reset", local(reset))
    router.add("GET", "/sandbox/state", local(state))
