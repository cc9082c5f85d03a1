"""A site as plain JSON. References become ids; what a restart may lose (sessions, request tokens,
delivery logs, faults, counts of calls) is left out. It must not read files.
"""

from base64 import b64encode
from dataclasses import fields
from datetime import datetime
from typing import Any

from ..model.fields import catalogue
from ..model.issues import Attachment, Comment, History, Issue
from ..model.metadata_names import names
from ..model.people import User
from ..model.site import Site
from ..oauth.links import AccessToken, ApplicationLink, Register
from ..webhooks.register import Hook, Hooks

Json = dict[str, Any]
FORMAT = 1
REFERENCES = ("assignee", "reporter", "priority", "resolution", "parent")
LISTS = ("sprints", "fix_versions", "components")


def plain(value: Any) -> Any:
    """A value as JSON: moments as ISO text, sets sorted, people by name, the rest as it is."""
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (set, frozenset)):
        return sorted(value)
    if isinstance(value, User):
        return value.name
    if isinstance(value, ApplicationLink):
        return value.id
    return list(value) if isinstance(value, tuple) else value


def flat(one: Any, *without: str) -> Json:
    """A dataclass as an object of plain values."""
    return {
        field.name: plain(getattr(one, field.name))
        for field in fields(one)
        if field.name not in without
    }


def dumped(site: Site) -> Json:
    """Everything worth keeping. Call it inside the site's lock."""
    return {
        "format": FORMAT,
        "flavour": site.flavour,
        "version": site.version,
        "base_url": site.configured_base_url,
        "counters": dict(site.counters),
        "users": [flat(one) for one in site.users.values()],
        "pats": [flat(one) for one in site.pats.values()],
        "service_clients": [flat(one) for one in site.service_clients.values()],
        "scoped_tokens": [flat(one) for one in site.scoped_tokens.values()],
        "projects": [_project(one) for one in site.projects.values()],
        "grants": {
            str(id): {name: sorted(keys) for name, keys in held.items()}
            for id, held in site.grants.items()
        },
        "boards": [flat(one) for one in site.boards.values()],
        "sprints": [flat(one) for one in site.sprints.values()],
        "issues": [_issue(one) for one in site.issues.values()],
        "fields": [
            flat(one) for one in site.fields.values() if one.id not in catalogue(site.cloud)
        ],
        "names": names(site),
        "link_types": [flat(one) for one in site.link_types.values()],
        "links": [
            [one.id, one.type.id, one.source.id, one.target.id] for one in site.links.values()
        ],
        "oauth": _oauth(site.parts["oauth"].register),
        "oauth2": site.parts["oauth2"].dumped(),
        "webhooks": _webhooks(site.parts["webhooks"]),
    }


def _project(one: Any) -> Json:
    made = flat(one, "transitions", "versions", "components")
    for name in ("transitions", "versions", "components"):
        made[name] = [flat(part) for part in getattr(one, name).values()]
    return made


def _issue(one: Issue) -> Json:
    made = flat(
        one, "values", "history", "comments", "attachments", "remote_links", "links", "children"
    )
    made |= {"project": one.project.id, "type": one.type.id, "status": one.status.id}
    made["values"] = {slot: _value(slot, value) for slot, value in one.values.items()}
    made["history"] = [_history(entry) for entry in one.history]
    made["comments"] = [_comment(comment) for comment in one.comments]
    made["attachments"] = [_attachment(attachment) for attachment in one.attachments]
    made["remote_links"] = [flat(link) for link in one.remote_links]
    return made


def _value(slot: str, value: Any) -> Any:
    if value is None:
        return None
    if slot in REFERENCES:
        return value.name if isinstance(value, User) else value.id
    if slot in LISTS:
        return [one.id for one in value]
    return plain(value)


def _history(entry: History) -> Json:
    return flat(entry, "items") | {"items": [flat(item) for item in entry.items]}


def _comment(comment: Comment) -> Json:
    editor = comment.editor.name if comment.editor else None
    return flat(comment, "editor") | {"editor": editor}


def _attachment(one: Attachment) -> Json:
    return flat(one, "content") | {"content": b64encode(one.content).decode()}


def _oauth(register: Register) -> Json:
    tokens: list[AccessToken] = [
        one for one in register.tokens.values() if one.link.id in register.links
    ]
    return {
        "links": [flat(one) for one in register.links.values()],
        "tokens": [flat(one) for one in tokens],
    }


def _webhooks(hooks: Hooks) -> list[Json]:
    known: list[Hook] = list(hooks.known.values())
    return [flat(one, "log") for one in known]
