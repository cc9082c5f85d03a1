"""The full comparison's cheap half: which of these issues need to be read whole.

Bodies are long and rarely change without touching `updated`. So only what identifies an issue and
what may change silently (sprint, parent, rank, links, type) is asked for and compared with the rows;
an issue is read whole and merged only where something differs. A field that comes back to a screen
touches no issue either: what some pair was told nothing of at its last read is asked for too.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping, Sequence

from connections.models import MappedProject
from jira_client.values import Issue
from planning.models import Link, WorkItem
from sync.core.echo import same
from sync.core.mapping import parent_reference, see
from sync.core.values import NAMES, Rules, Seen
from sync.models import COMMENTS_UNREAD, Shadow, ShadowState
from sync.pairs.link_words import ends_of, words_of
from sync.pairs.rules import lookups_for, rules_of, values_of

# What changes without a word: versions are renamed and merged, sprints closed, parents moved.
_SILENT = ("iteration", "parent", "rank", *NAMES)
_KNOWN = ("project", "issuetype", "status", "created", "updated", "issuelinks")


def light_fields(rules: Rules, untold: Collection[str] = ()) -> tuple[str, ...]:
    """The Jira fields of the comparison: a fraction of an issue's size.

    `untold`: board fields to be asked for as well (`untold_to_some`).
    """
    mapped = (rules.fields[name] for name in (*_SILENT, *untold) if name in rules.fields)
    return tuple(dict.fromkeys((*_KNOWN, *mapped, *rules.parent_fields)))


def untold_to_some(project: MappedProject) -> list[str]:
    """The board fields of which some pair of the project was told nothing at its last read."""
    pairs = Shadow.objects.filter(project=project, state=ShadowState.LIVE)
    lists = pairs.exclude(untold="").values_list("untold", flat=True).distinct()
    return sorted({name for one in lists for name in one.split(",")})


def differing(project: MappedProject, issues: Sequence[Issue]) -> list[str]:
    """The ids of those that differ from the rows, or that the board does not know."""
    rules = rules_of(project)
    lookups = lookups_for(project, [parent_reference(rules, issue) for issue in issues])
    rows = Shadow.objects.select_related("item").filter(
        connection_id=project.connection_id, remote_id__in=[issue.id for issue in issues]
    )
    known = {shadow.remote_id: shadow for shadow in rows}
    links = _links_of([shadow.item_id for shadow in known.values()])
    all_seen = [see(rules, lookups, issue) for issue in issues]
    listed = [link for seen in all_seen for link in seen.links]
    words = words_of(project, rules, ends_of(project.connection, listed), listed)
    found = []
    for issue, seen in zip(issues, all_seen, strict=True):
        shadow = known.get(issue.id)
        if shadow is None:
            # An issue of a type that is not mapped is none of ours, today as yesterday.
            if seen.type is not None:
                found.append(issue.id)
        elif _comes_back(shadow) or (
            _is_settled(shadow)
            and _differs(
                project,
                issue,
                seen,
                shadow,
                _same_links(seen, words, links.get(shadow.item_id, {})),
            )
        ):
            found.append(issue.id)
    return found


def _is_settled(shadow: Shadow) -> bool:
    return shadow.state == ShadowState.LIVE and shadow.item.deleted is None


def _comes_back(shadow: Shadow) -> bool:
    """A pair of an earlier mapping of this project, or one that a person kept when it was gone."""
    return shadow.may_return and (shadow.item.deleted is None or shadow.is_gone)


def _differs(
    project: MappedProject,
    issue: Issue,
    seen: Seen,
    shadow: Shadow,
    same_links: bool,
) -> bool:
    item = shadow.item
    if issue.created and shadow.remote_created != issue.created:
        return True
    if issue.updated is None or issue.updated != shadow.remote_updated or shadow.absence:
        return True
    if (shadow.project_id, shadow.remote_key) != (project.pk, seen.remote_key):
        return True
    if (seen.type is None) != ("type" in shadow.parked):
        return True
    if project.reads_comments and shadow.comments == COMMENTS_UNREAD:
        return True
    if any(shadow.refs.get(name) != value for name, value in seen.refs.items()):
        return True
    if project.reads_jira and not (same_links and _looks_the_same(item, seen)):
        return True
    agreed, ours = shadow.agreed, values_of(item)
    if seen.values.keys() & {*shadow.untold.split(",")}:
        return True  # what Jira said nothing of is told again
    silent = {name: seen.values[name] for name in _SILENT if name in seen.values}
    silent.pop("rank", None)
    if any(not same(name, agreed.get(name), value) for name, value in silent.items()):
        return True
    return any(name in ours and not same(name, value, ours[name]) for name, value in agreed.items())


def _looks_the_same(item: WorkItem, seen: Seen) -> bool:
    rank = seen.values.get("rank", item.rank)
    return seen.type in (None, item.type) and str(rank or "") == item.rank


def _same_links(seen: Seen, words: Mapping[str, str], held: Mapping[str, str]) -> bool:
    """All that have a word are drawn by it, and none is held that the issue lists no more."""
    ids = {link.remote_id for link in seen.links}
    drawn = all(held.get(one) == words[one] for one in ids if one in words)
    return drawn and held.keys() <= ids


def _links_of(items: Sequence[uuid.UUID]) -> dict[uuid.UUID, dict[str, str]]:
    """Item id → the Jira ids of its links, on either end, with their words."""
    found: dict[uuid.UUID, dict[str, str]] = {}
    live = Link.objects.filter(deleted=None).exclude(remote_id="")
    for end in ("source_id", "target_id"):
        rows = live.filter(**{f"{end}__in": items}).values_list(end, "remote_id", "type")
        for item, remote, word in rows:
            found.setdefault(item, {})[remote] = word
    return found
