"""People in project roles, for Jira administrators and the project's own."""

from html import escape

from ..model.people import User
from ..model.projects import Project
from ..model.roles import ROLES
from ..refusal import Refusal
from ..routing import Call, Router
from ..wire import Response
from .layout import button, choice, form, go, hidden, link, page, signed_in, table

PAGE = "/plugins/servlet/project-config/{project}/roles"


def _managed(call: Call, user: User) -> Project:
    """Raises Refusal 404 for a project out of sight, 403 for one of other people."""
    project = call.site.project(call.args["project"])
    if project is None or not call.site.sees(user, project):
        raise Refusal(404, "There is no such project, or you may not see it.")
    if not (
        call.site.may(user, "ADMINISTER") or call.site.may(user, "ADMINISTER_PROJECTS", project)
    ):
        raise Refusal(403, f"{user.display_name} may not administer {project.name}.")
    return project


def _here(project: Project) -> str:
    return PAGE.replace("{project}", project.key)


def roles(call: Call, user: User) -> Response:
    project = _managed(call, user)
    rows = []
    for role in ROLES.values():
        members = "".join(
            form(call, _here(project), hidden("role", str(role.id)), hidden("leave", name),
                 f"<span>{escape(call.site.users[name].display_name)}</span> "
                 f'<button type="submit" aria-label="Remove {escape(name)} from {role.name}">'
                 "Remove</button>")
            for name in project.members.get(str(role.id), ())
        )  # fmt: skip
        held = ", ".join(sorted(role.permissions))
        rows.append([escape(role.name), members or "nobody", f"<small>{escape(held)}</small>"])
    people = [(one.name, one.display_name) for one in call.site.users.values()]
    return page(
        call, f"People in {project.name}",
        f'<p>{link(call, f"/secure/admin/permissions?project={project.key}", "Permissions")}</p>',
        table(("Role", "People", "The permission scheme grants"), rows),
        "<h2>Add a person to a role</h2>",
        form(call, _here(project), choice("Person", "join", people),
             choice("Role", "role", [(str(one.id), one.name) for one in ROLES.values()]),
             button("Add")),
    )  # fmt: skip


def change(call: Call, user: User) -> Response:
    project = _managed(call, user)
    given = call.request.form()
    role = given.get("role", "")
    name = given.get("join") or given.get("leave") or ""
    if not role.isdecimal() or int(role) not in ROLES or name not in call.site.users:
        raise Refusal(400, "The role or the person does not exist.")
    (project.leave if "leave" in given else project.join)(int(role), name)
    return go(call, _here(project))


def mount(router: Router) -> None:
    router.add("GET", PAGE, signed_in(roles))
    router.add("POST", PAGE, signed_in(change))
