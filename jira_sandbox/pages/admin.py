"""Admin pages: permission grants per project, webhooks with their delivery log, faults."""

from html import escape

from ..jql import compiled
from ..model.people import User
from ..model.permissions import KEYS, known
from ..refusal import Refusal
from ..routing import Call, Router
from ..webhooks.register import EVENTS, Hook, Hooks, checked
from ..wire import Response
from .layout import (
    button,
    checkbox,
    field,
    for_admins,
    form,
    go,
    hidden,
    link,
    page,
    table,
)

GRANTS = "/secure/admin/permissions"
HOOKS = "/plugins/servlet/webhooks"


# -- grants


def grants(call: Call, user: User) -> Response:
    site = call.site
    chosen = site.project(call.one("project")) or next(iter(site.projects.values()), None)
    tabs = " · ".join(link(call, f"{GRANTS}?project={one.key}", one.name)
                      for one in site.projects.values())  # fmt: skip
    if chosen is None:
        return page(call, "Project permissions", "<p>There are no projects.</p>")
    rows = []
    for one in known(site.cloud).values():
        if one.kind != "PROJECT":
            continue
        cells = [f"{escape(one.name)}<br><small>{one.key}</small>"]
        for person in site.users.values():
            held = site.may(person, one.key, chosen)
            verb = "Revoke" if held else "Grant"
            label = f"{verb} {one.name} for {person.display_name}"
            cells.append(form(
                call, GRANTS, hidden("project", chosen.key), hidden("user", person.name),
                hidden("permission", one.key), hidden("granted", "" if held else "on"),
                f'<span>{"held" if held else "not held"}</span> <button type="submit" '
                f'aria-label="{escape(label)}">{verb}</button>'))  # fmt: skip
        rows.append(cells)
    head = ("Permission", *(one.display_name for one in site.users.values()))
    people = link(call, f"/plugins/servlet/project-config/{chosen.key}/roles", "People in roles")
    return page(call, "Project permissions",
                f"<p>{tabs}</p><h2>{escape(chosen.name)}</h2><p>{people}</p>",
                table(head, rows))  # fmt: skip


def set_grant(call: Call, user: User) -> Response:
    given = call.request.form()
    project = call.site.project(given.get("project", ""))
    person = call.site.user_by(name=given.get("user", ""))
    if project is None or person is None or given.get("permission") not in KEYS:
        raise Refusal(400, "The project, the user or the permission does not exist.")
    call.site.grant(project, person, given["permission"], given.get("granted") == "on")
    return go(call, f"{GRANTS}?project={project.key}")


# -- webhooks


def _hooks(call: Call) -> Hooks:
    found: Hooks = call.site.parts["webhooks"]
    return found


def hooks(call: Call, user: User) -> Response:
    parts: list[str] = []
    for hook in _hooks(call).known.values():
        log = [
            [escape(str(one.at)[:19]), escape(one.event), str(one.tries), escape(one.answer),
             f"{one.milliseconds} ms"]
            for one in hook.log
        ]  # fmt: skip
        signed = "signed" if hook.secret else "not signed"
        parts.append(
            f"<h2>{escape(hook.name)}</h2><p>{escape(hook.url)} ({signed}"
            f"{', filter ' + escape(hook.jql) if hook.jql else ''})<br>"
            f"{escape(', '.join(hook.events))}</p>"
            + form(call, HOOKS, hidden("delete", str(hook.id)), button("Delete"))
            + table(("Sent", "Event", "Tries", "Last answer", "Took"), log)
        )
    boxes = "".join(checkbox(one, f"event.{one}", one.startswith("jira:issue_")) for one in
                    EVENTS[:25])  # fmt: skip
    secret = field("Secret", "secret") if call.site.cloud or call.site.version >= 10 else ""
    parts.append("<h2>Create a WebHook</h2>" + form(
        call, HOOKS, field("Name", "name"), field("URL", "url"), secret,
        field("JQL", "jql", note="Restricts issue events only."),
        f"<fieldset><legend>Events</legend>{boxes}</fieldset>",
        checkbox("Exclude body", "exclude_body"), button("Create")))  # fmt: skip
    return page(call, "WebHooks", *parts)


def change_hooks(call: Call, user: User) -> Response:
    given = call.request.form()
    known_hooks = _hooks(call).known
    if "delete" in given:
        known_hooks.pop(int(given["delete"]), None)
        return go(call, HOOKS)
    events = [name.removeprefix("event.") for name in given if name.startswith("event.")]
    name, url, wanted = checked(given.get("name"), given.get("url", "").strip(), events)
    jql = given.get("jql", "").strip()
    if jql:
        compiled(call.site, user, jql)
    hook = Hook(call.site.next_id("webhook", 1), name, url, wanted, jql,
                given.get("exclude_body") == "on", given.get("secret", ""), owner=user,
                changed=call.site.now())  # fmt: skip
    _hooks(call).add(hook)
    return go(call, HOOKS)


def mount(router: Router) -> None:
    router.add("GET", GRANTS, for_admins(grants))
    router.add("POST", GRANTS, for_admins(set_grant))
    router.add("GET", HOOKS, for_admins(hooks))
    router.add("POST", HOOKS, for_admins(change_hooks))
