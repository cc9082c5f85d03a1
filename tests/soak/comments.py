"""I1 to I3 and I5 of comments: each that a person wrote is on both sides once, with equal text, or is told
as waiting or parked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

from planning.comment_states import Standing, standing_of
from planning.models import Comment
from sync.core.comments import marked, without_author
from sync.models import Shadow
from tests.soak.written import Written
from tests.sync.world import World

TOLD = ("waiting", "parked")
There = dict[str, tuple[str, str]]  # comment id → (mark, text)


def comment_violations(world: World, here: Mapping[str, Shadow], written: Written) -> list[str]:
    """`here`: issue id → the pair of each issue that is there and that the board has heard of."""
    found = _doubled(world)
    for key, pair in here.items():
        rows = list(Comment.objects.live().filter(item=pair.item_id))
        standing = standing_of(rows)
        there = _there(world, key)
        found += _missing_here(pair, there, rows)
        for row in rows:
            found += _differs(pair, there, row, standing[row.pk], written)
        found += _lost(pair, rows, written)
    return found


def _there(world: World, issue_id: str) -> There:
    with world.handle.site.lock:
        issue = world.handle.site.issue(issue_id)
        return {str(one.id): (marked(one.properties), one.body) for one in issue.comments}


def _doubled(world: World) -> list[str]:
    """I3: the mark of one comment on two."""
    site = world.handle.site
    with site.lock:
        marks = Counter(
            mark
            for one in site.issues.values()
            for comment in one.comments
            if (mark := marked(comment.properties))
        )
    return [f"I3: the comment {mark} is in Jira {n} times" for mark, n in marks.items() if n > 1]


def _missing_here(pair: Shadow, there: There, rows: list[Comment]) -> list[str]:
    """I2; one that is being deleted here, or that Jira does not delete, says so by its change."""
    held = {row.remote_id for row in rows}
    waiting = {
        str(row.pk)
        for row in Comment.objects.filter(item=pair.item_id)
        if standing_of([row])[row.pk].state in TOLD
    }
    return [
        f"I2: the comment {key} of {pair.remote_key} is not on the board: {text!r}"
        for key, (mark, text) in there.items()
        if key not in held and mark not in waiting
    ]


def _differs(
    pair: Shadow, there: There, row: Comment, standing: Standing, written: Written
) -> list[str]:
    if standing.state in TOLD:
        return []
    what = f"the comment {row.pk} of {pair.remote_key}, {row.body!r}"
    if not row.remote_id:
        told = written.restored or str(row.pk) in written.comments_touched
        return [] if told else [f"I1: {what}, never reached Jira: {_fate(row)}"]
    if row.remote_id not in there:
        return [f"I5: {what}, is not in Jira as {row.remote_id}: {_fate(row)}"]
    text = there[row.remote_id][1]
    theirs = text.strip() if row.from_jira else without_author(row.author_name, text)
    return [] if theirs == row.body.strip() else [f"I5: {what}: in Jira {text!r}: {_fate(row)}"]


def _lost(pair: Shadow, rows: list[Comment], written: Written) -> list[str]:
    """I1: as the person left it here, unless somebody in Jira had a hand in it."""
    found = []
    mine = {str(row.pk): row for row in rows}
    of_item = Comment.objects.filter(item=pair.item_id, from_jira=False)
    for row in of_item:
        key = str(row.pk)
        if key not in written.comments or key in written.comments_touched or written.restored:
            continue
        text = written.comments[key]
        stands = mine.get(key)
        if text is None and stands is not None:
            if standing_of([stands])[stands.pk].state not in TOLD:
                found.append(f"I1: the comment {key} was deleted here and stands again")
        elif text is not None and (stands is None or stands.body != text):
            found.append(f"I1: the comment {key}, {text!r}, is lost here: {_fate(row)}")
    return found


def _fate(row: Comment) -> str:
    went = "; ".join(f"{one.state} {one.code}: {one.message}" for one in row.changes.order_by("pk"))
    return f"“{row.remote_id}”, {went or 'never sent'}"
