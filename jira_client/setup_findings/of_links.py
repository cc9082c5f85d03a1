"""Link types that are switched off or gone."""

from collections.abc import Sequence

from jira_client.permission_evaluation import Obstacle
from jira_client.setup_findings.context import MISSING, Context, unsure
from jira_client.values import LinkType


def find(context: Context) -> list[Obstacle]:
    """Linking that is switched off, or link types that are gone."""
    known = context.instance.links
    if known is None:
        return [unsure(("draw_dependency",), "the link types of this Jira")]
    if not known:
        return [
            Obstacle(
                ("draw_dependency",),
                MISSING,
                "Issue linking is switched off in this Jira, or it has no link types.",
                "Please switch issue linking on: Settings → Issues → Issue linking → “Activate”.",
            )
        ]
    return _gone_links(known, context)


def _gone_links(known: Sequence[LinkType], context: Context) -> list[Obstacle]:
    """Known by name, or by the id of what was called so when it was chosen."""
    names, ids = {one.name for one in known}, {one.id for one in known}
    wanted = set(context.wanted.links.values()) - names
    gone = sorted(name for name in wanted if context.wanted.link_ids.get(name) not in ids)
    if not gone:
        return []
    named = ", ".join(gone)
    return [
        Obstacle(
            ("draw_dependency",),
            MISSING,
            f"This Jira no longer has the link type {named}, which the mapping names.",
            f"Please add the link type “{named}”: Settings → Issues → Issue linking → “Add”.",
        )
    ]
