"""The links of a dry run: what would be drawn on either side, and what Jira has no link type for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from connections.models import MappedProject
from jira_client.client import JiraClient
from planning.models import Change, ChangeKind, ChangeState, Link
from sync.core.values import Rules, Seen
from sync.outbound.link_writes import link_type_of
from sync.pairs import metadata
from sync.pairs.link_words import ends_of, words_of
from sync.pairs.states import UNDER_WAY

JIRA_LINK, BOARD_LINK, NO_SUCH_TYPE = "jira_link", "board_link", "link_type_unknown"

Found = tuple[str, dict[str, Any]]


def on_the_board(project: MappedProject, rules: Rules, seen: Sequence[Seen]) -> Iterator[Found]:
    """Links of these issues that the board does not have by that word, each once."""
    if not project.reads_jira:
        return
    links = [link for one in seen for link in one.links]
    ends = ends_of(project.connection, links)
    words = words_of(project, rules, ends, links)
    held = set(
        Link.objects.filter(remote_id__in=words, deleted=None).values_list("remote_id", "type")
    )
    for one in seen:
        for link in one.links:
            word = words.get(link.remote_id)
            if word is None or (link.remote_id, word) in held:
                continue
            # Both its issues list it: told with the source, unless that is of another project.
            if one.remote_id == link.source_id or ends[link.source_id].project != project.pk:
                yield (
                    BOARD_LINK,
                    {
                        "key": one.remote_key,
                        "item": str(ends[one.remote_id].item),
                        "summary": one.values.get("summary", ""),
                        "type": word,
                    },
                )


def in_jira(project: MappedProject, jira: JiraClient) -> Iterator[Found]:
    """Links that wait to be drawn there; without a kind those that stay on the board.

    Raises JiraError.
    """
    rows = Change.objects.filter(
        project=project,
        kind=ChangeKind.LINK,
        state__in=(*UNDER_WAY, ChangeState.PARKED),
        link__deleted=None,
    ).select_related("link__source", "link__target")
    there: set[str] | None = None
    for change in rows.iterator(chunk_size=500):
        link = change.link
        if link is None:
            continue
        if there is None:
            there = {one.name for one in metadata.link_types(jira)}
        kind = link_type_of(link, project)
        about = {
            "key": link.source.remote_key,
            "item": str(link.source_id),
            "summary": link.source.summary,
            "type": f"{link.type} {link.target}",
        }
        if kind is None:
            yield "", about
        else:
            yield JIRA_LINK if kind in there else NO_SUCH_TYPE, about
