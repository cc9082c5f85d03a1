"""Listing what a run has to read: ids in parts where Jira reads in bulk, else ranges of ids.

A page's token, or the last bound, is kept with the page, so that a listing goes on too.
"""

from __future__ import annotations

from functools import partial

from django.db import transaction

from jira_client.client import JiraClient
from sync.runs import issue_pages, parts
from sync.runs.part_reader import Slice
from sync.runs.progress import Progress
from sync.worker.failpoints import point


def list_ids(told: Progress, jira: JiraClient, part: Slice, scope: str, phase: str) -> bool:
    """List `scope` into parts of `phase`; True when all of it is listed. Raises JiraError, LeaseLost."""
    run = told.run
    while not part.is_over:
        after = run.cursor.get("after")
        page = part.ask(partial(issue_pages.list_page, jira, scope, after))
        listed = int(run.cursor.get("listed", 0)) + len(page.ids)
        if page.after is None and phase == "reading":
            run.total = listed
        with transaction.atomic():
            parts.add(run, phase, page.ids, issue_pages.width(run.total or 0))
            told.save(after=page.after, listed=0 if page.after is None else listed)
        point("run.listed")
        if page.after is None:
            return True
    return False


def cut(told: Progress, jira: JiraClient, part: Slice, scope: str) -> bool:
    """Cut the project into ranges of ids, a block of them at a time; True when it is cut."""
    run = told.run
    total = run.total or 0
    step = issue_pages.width(total)
    while not part.is_over:
        low, listed = run.cursor.get("after"), int(run.cursor.get("listed", 0))
        left = max(0, total - listed)
        bounds, more = issue_pages.bounds_of_block(jira, scope, low, step, left, part.side_by_side)
        ends: list[int | None] = [low, *bounds]
        with transaction.atomic():
            parts.add_ranges(run, "reading", ends if more else [*ends, None])
            listed += step * len(bounds)
            told.save(after=bounds[-1] if more else None, listed=listed if more else 0)
        point("run.listed")
        if not more:
            return True
    return False
