"""Puts a running site back to an earlier dump of it, as a restore of its database would.

Everything that the dump holds becomes what it was, the numbers that are given out next too; what was
made since is gone. What is no part of the database stays: the address, who listens, faults, counts.
Webhooks that hung on the site are those of the dump.
"""

from ..app import furnish
from ..model.site import Site
from .dump import Json
from .load import load

HELD = (
    "counters", "users", "pats", "scoped_tokens", "service_clients", "projects", "grants", "boards",
    "sprints", "issues", "ids", "keys",
    "of_project", "fields", "link_types", "links", "types", "statuses", "priorities",
)  # fmt: skip


def go_back(site: Site, state: Json) -> None:
    """Raises ValueError where the state is another flavour's."""
    before = Site(site.flavour, site.version, site.context)
    furnish(before)
    load(before, state)
    try:
        with site.lock:
            for name in HELD:
                setattr(site, name, getattr(before, name))
            site.parts["webhooks"].known = before.parts["webhooks"].known
            register = before.parts["oauth"].register
            for name in ("apps", "grants"):
                setattr(site.parts["oauth2"], name, getattr(before.parts["oauth2"], name))
            for name in ("links", "tokens"):
                setattr(site.parts["oauth"].register, name, getattr(register, name))
    finally:
        before.close()
