"""A site out of the JSON that dump.py wrote. It must not write anything.

Raises ValueError where the file is for another flavour or of another format.
"""

from base64 import b64decode
from collections.abc import Callable
from datetime import datetime
from typing import Any

from ..model.boards import Board, Sprint
from ..model.fields import Field
from ..model.issue_changes import adopt
from ..model.issues import Attachment, Comment, History, Issue, Item, Link, RemoteLink
from ..model.metadata_names import rename
from ..model.people import Pat, ScopedToken, ServiceClient, User
from ..model.projects import Component, LinkType, Project, Transition, Version
from ..model.site import Site
from ..oauth.links import AccessToken, ApplicationLink, Register
from ..webhooks.register import Hook
from .dump import FORMAT, Json


def moment(text: str | None) -> Any:
    """An aware moment, or None."""
    return datetime.fromisoformat(text) if text else None


def timed(row: Json, *names: str) -> Json:
    return row | {name: moment(row[name]) for name in names}


def load(site: Site, state: Json) -> None:
    """Fills an empty, furnished site. Raises ValueError for a state that does not fit it."""
    if state.get("format") != FORMAT or state.get("flavour") != site.flavour:
        raise ValueError(
            f"The state file is for {state.get('flavour')!r}, format {state.get('format')!r}; this "
            f"sandbox is {site.flavour!r}, format {FORMAT}. Give another file, or remove it."
        )
    site.configured_base_url = state["base_url"]
    site.counters.update(state["counters"])
    for row in state["users"]:
        permissions = set(row["global_permissions"])
        site.add_user(User(**row | {"global_permissions": permissions}))
    for row in state["projects"]:
        site.add_project(_project(row))
    for id, held in state["grants"].items():
        site.grants[int(id)] = {name: set(keys) for name, keys in held.items()}
    for row in state.get("fields", ()):
        lists = {name: tuple(row[name]) for name in ("operations", "clauses")}
        choices = tuple((id, name) for id, name in row["choices"])
        site.fields[row["id"]] = Field(**row | lists | {"choices": choices})
    for kind, called in state.get("names", {}).items():
        for id, name in called.items():
            rename(site, kind, id, name)
    if "link_types" in state:  # a file of before they could be changed has none
        site.link_types = {row["id"]: LinkType(**row) for row in state["link_types"]}
    site.boards.update({row["id"]: Board(**row) for row in state["boards"]})
    for row in state["sprints"]:
        site.sprints[row["id"]] = Sprint(**timed(row, "start", "end", "complete", "created"))
    _issues(site, state)
    _credentials(site, state)


def _project(row: Json) -> Project:
    parts: dict[str, Any] = {
        "transitions": {
            one["id"]: Transition(
                **one | {name: tuple(one.get(name, ())) for name in ("required", "sources")}
            )
            for one in row["transitions"]
        },
        "versions": {one["id"]: Version(**one) for one in row["versions"]},
        "components": {one["id"]: Component(**one) for one in row["components"]},
        "hidden_fields": set(row["hidden_fields"]),
        "type_ids": tuple(row["type_ids"]),
    }
    return Project(**row | parts)


def _issues(site: Site, state: Json) -> None:
    """Two rounds: parents may come after their children."""
    for row in state["issues"]:
        site.store(_issue(site, row))
    for row in state["issues"]:
        issue = site.issues[row["id"]]
        for key in issue.old_keys:
            site.keys.setdefault(key, issue)
        parent = row["values"].get("parent")
        issue.values["parent"] = site.issues[parent] if parent else None
        adopt(issue, None, issue.parent)
    for id, kind, source, target in state["links"]:
        link = Link(id, site.link_types[kind], site.issues[source], site.issues[target])
        site.links[id] = link
        link.source.links.append(link)
        link.target.links.append(link)


def _issue(site: Site, row: Json) -> Issue:
    project = site.projects[row["project"]]
    values = row["values"]
    readers: dict[str, Callable[[Any], Any]] = {
        "assignee": site.users.__getitem__,
        "reporter": site.users.__getitem__,
        "priority": site.priorities.__getitem__,
        "resolution": site.resolutions.__getitem__,
        "labels": tuple,
        "sprints": lambda ids: tuple(site.sprints[id] for id in ids),
        "fix_versions": lambda ids: tuple(project.versions[id] for id in ids),
        "components": lambda ids: tuple(project.components[id] for id in ids),
        "parent": lambda _id: None,
    }
    for field in site.fields.values():
        if field.slot not in readers and field.kind in ("user", "labels", "multiselect"):
            readers[field.slot] = site.users.__getitem__ if field.kind == "user" else tuple
    for slot, read in readers.items():
        if values.get(slot) is not None:
            values = values | {slot: read(values[slot])}
    made = timed(row, "created", "updated", "status_changed", "resolved") | {
        "archived": moment(row.get("archived")),
        "archived_by": site.users.get(row.get("archived_by") or ""),
        "project": project,
        "type": site.types[row["type"]],
        "status": site.statuses[row["status"]],
        "creator": site.users[row["creator"]],
        "values": values,
        "history": [_history(site, one) for one in row["history"]],
        "comments": [_comment(site, one) for one in row["comments"]],
        "attachments": [_attachment(site, one) for one in row.get("attachments", ())],
        "remote_links": [RemoteLink(**one) for one in row["remote_links"]],
    }
    return Issue(**made)


def _history(site: Site, row: Json) -> History:
    items = tuple(Item(**one) for one in row["items"])
    return History(row["id"], site.users[row["author"]], moment(row["created"]), items)


def _comment(site: Site, row: Json) -> Comment:
    people = {
        "author": site.users[row["author"]],
        "editor": site.users.get(row.get("editor") or ""),
    }
    return Comment(**timed(row, "created", "updated") | people)


def _attachment(site: Site, row: Json) -> Attachment:
    found = {"author": site.users[row["author"]], "content": b64decode(row["content"])}
    return Attachment(**timed(row, "created") | found)


def _credentials(site: Site, state: Json) -> None:
    for row in state["pats"]:
        pat = Pat(**timed(row, "created", "expires") | {"user": site.users[row["user"]]})
        site.pats[pat.id] = pat
    for row in state.get("service_clients", ()):
        held = {"user": site.users[row["user"]], "scopes": tuple(row["scopes"])}
        site.service_clients[row["client_id"]] = ServiceClient(**row | held)
    for row in state.get("scoped_tokens", ()):
        told = timed(row, "expires")
        changed = {"user": site.users[row["user"]], "scopes": tuple(row["scopes"])}
        site.scoped_tokens[row["secret"]] = ScopedToken(**told | changed)
    register: Register = site.parts["oauth"].register
    for row in state["oauth"]["links"]:
        register.links[row["id"]] = ApplicationLink(**row)
    for row in state["oauth"]["tokens"]:
        parts = {"link": register.links[row["link"]], "user": site.users[row["user"]]}
        token = AccessToken(**timed(row, "created", "expires", "session_expires") | parts)
        register.tokens[token.token] = token
    site.parts["oauth2"].load(state.get("oauth2", {}))
    for row in state["webhooks"]:
        owner = site.users.get(row["owner"] or "")
        parts = {"events": tuple(row["events"]), "owner": owner}
        site.parts["webhooks"].add(Hook(**timed(row, "changed") | parts))
