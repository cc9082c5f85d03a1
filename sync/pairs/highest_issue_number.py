"""The highest issue number known of a project: what we create next gets a higher one.

Numbers only rise, so a mark that is out of date is still right, and only makes more to read.
"""

from __future__ import annotations

import threading
import time
import uuid

from django.db.models.functions import Length

from connections.models import MappedProject
from jira_client import jql
from jira_client.client import JiraClient
from sync.models import Shadow

FRESH = 600.0  # seconds that this process goes without asking again

# By mapping and Jira project: the numbers of another Jira say nothing, once a connection was moved.
_marks: dict[tuple[uuid.UUID, str], tuple[int, float]] = {}
_lock = threading.Lock()


def number_of(key: str) -> int:
    """FALCON-12 → 12; 0 for what is no key."""
    digits = key.rpartition("-")[2]
    return int(digits) if digits.isdigit() else 0


def mark(jira: JiraClient, project: MappedProject) -> int:
    """A number below which nothing can be that is created from now on. Raises JiraError."""
    with _lock:
        known, asked = _marks.get((project.pk, project.remote_id), (0, 0.0))
    if known and time.monotonic() - asked < FRESH:
        return known
    known = max(known, _among_shadows(project))
    if project.jql or not known:
        # Shadows of a part of the project may be far below its newest issue.
        known = max(known, newest(jira, project))
    with _lock:
        _marks[project.pk, project.remote_id] = known, time.monotonic()
    return known


def raise_to(project: MappedProject, key: str) -> None:
    """An issue of this project was seen with this key."""
    with _lock:
        known, asked = _marks.get((project.pk, project.remote_id), (0, 0.0))
        _marks[project.pk, project.remote_id] = max(known, number_of(key)), asked


def _among_shadows(project: MappedProject) -> int:
    rows = Shadow.objects.filter(project=project, remote_key__startswith=f"{project.key}-")
    longest = rows.order_by(Length("remote_key").desc(), "-remote_key")
    return number_of(longest.values_list("remote_key", flat=True).first() or "")


def newest(jira: JiraClient, project: MappedProject) -> int:
    """By search: an index that lags answers a lower number, which is as good."""
    query = f"project = {jql.quote(project.key)} ORDER BY key DESC"
    page = jira.search.page(query, ("id", "key"), limit=1)
    return max((number_of(issue.key) for issue in page.issues), default=0)
