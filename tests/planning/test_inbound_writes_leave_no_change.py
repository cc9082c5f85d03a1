"""What Jira said is written with events and no Change: there is nothing to send back."""

from __future__ import annotations

from collections.abc import Callable

from django.db import transaction

from planning import feed, inbound_writes
from planning.models import BoardEvent, Change, WorkItem


def test_jiras_writes_are_not_sent_back(make_item: Callable[..., WorkItem]) -> None:
    item = make_item()
    before = Change.objects.count()
    with transaction.atomic():
        locked = WorkItem.objects.select_for_update().get(pk=item.pk)
        assert inbound_writes.take(locked, {"summary": "From Jira"}, {})
        feed.tell(inbound_writes.update({locked: ["summary"]}))
    item.refresh_from_db()
    assert item.summary == "From Jira"
    assert Change.objects.count() == before
    event = BoardEvent.objects.latest("id")
    assert (event.origin, event.kind, event.fields) == ("jira", "item.updated", ["summary"])
    assert event.version == item.version == 2
