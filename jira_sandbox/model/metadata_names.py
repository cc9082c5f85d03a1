"""Issue types, statuses and priorities under other names, as Jira's admins give them; ids stay."""

from dataclasses import replace
from typing import Any

from ..refusal import Refusal
from .site import Site


def rename(site: Site, kind: str, id: str, name: str) -> None:
    """Whatever has it, has it under the new name. `name` is not judged: Jira's own rules are not the
    only ones by which texts come into its database. Raises Refusal 400.
    """
    known = _kinds(site).get(kind)
    if known is None or id not in known:
        raise Refusal(400, f"There is no {kind} '{id}'; the kinds are {', '.join(_kinds(site))}.")
    before, known[id] = known[id], replace(known[id], name=name)
    for issue in site.issues.values():
        if kind == "type" and issue.type is before:
            issue.type = known[id]
        elif kind == "status" and issue.status is before:
            issue.status = known[id]
        elif kind == "priority" and issue.values["priority"] is before:
            issue.values["priority"] = known[id]


def names(site: Site) -> dict[str, dict[str, str]]:
    """Kind → id → name, of all there are."""
    return {kind: {id: one.name for id, one in known.items()}
            for kind, known in _kinds(site).items()}  # fmt: skip


def _kinds(site: Site) -> dict[str, dict[str, Any]]:
    return {"type": site.types, "status": site.statuses, "priority": site.priorities}
