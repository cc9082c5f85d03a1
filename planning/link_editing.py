"""Links between work items: drawing and removing them, with their Changes and events."""

from __future__ import annotations

import uuid

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning import rules
from planning.item_editing import NotThere
from planning.item_validation import refused
from planning.models import ChangeKind, Link, WorkItem
from planning.outbox import Outbox


def add_link(
    *, actor: User | None, source: uuid.UUID | WorkItem, target: uuid.UUID | WorkItem, type: str
) -> Link:
    """Draw `source <type> target`: “A blocks B”.

    `type` is a word of the source's project, a name Jira uses, or “dependency” for what is called
    Blocks there; the project's word is stored. Raises Refused 404, 409 (duplicate, read-only), 422.
    """
    source_id = source.pk if isinstance(source, WorkItem) else source
    target_id = target.pk if isinstance(target, WorkItem) else target
    if source_id == target_id:
        raise refused({"target": [_("A work item cannot be linked to itself.")]})
    with transaction.atomic():
        ends = (
            WorkItem.objects.live()
            .filter(pk__in=[source_id, target_id])
            .select_related("project__connection")
            .locked()
        )
        found = {item.pk: item for item in ends}
        if source_id not in found or target_id not in found:
            raise NotThere
        first, second = found[source_id], found[target_id]
        for item in (first, second):
            rules.refuse_read_only(item.project)
        link = Link(source=first, target=second, type=_word_for(first.project, type))
        outbox = Outbox(actor)
        outbox.note_link(ChangeKind.LINK, link, _teller(first, second))
        link.sync_detail = _why_local(first, second)
        _store(link)
        outbox.flush()
    return link


def remove_link(link_id: uuid.UUID, *, actor: User | None) -> Link:
    """Take a link off the board, and out of Jira where it is there. Raises Refused 404, 409."""
    with transaction.atomic():
        link = (
            Link.objects.filter(pk=link_id, deleted=None)
            .select_related("source__project__connection", "target__project__connection")
            .select_for_update(of=("self",), no_key=True)
            .first()
        )
        if link is None:
            raise Refused(_("There is no such link."), code="not_found", status=404)
        for item in (link.source, link.target):
            rules.refuse_read_only(item.project)
        link.deleted = timezone.now()
        outbox = Outbox(actor)
        outbox.note_link(ChangeKind.UNLINK, link, _teller(link.source, link.target))
        link.save(update_fields=["deleted", "sync_state"])
        outbox.flush()
    return link


def _word_for(project: MappedProject | None, word: str) -> str:
    try:
        return rules.link_type(project, rules.text(word, 60))
    except rules.Unfit as problem:
        raise refused({"type": [str(problem)]}) from problem


def _teller(source: WorkItem, target: WorkItem) -> MappedProject | None:
    """The project whose Jira is to hear of the link: both ends must be in the same one's Jira."""
    return None if _why_local(source, target) else source.project


def _why_local(source: WorkItem, target: WorkItem) -> str:
    if source.project is None or target.project is None:
        return _("One of the two items is on the board only, so Jira cannot hold this link.")
    if source.project.connection_id != target.project.connection_id:
        return _("The two items are in different Jira instances, so this link stays on the board.")
    return ""


def _store(link: Link) -> None:
    try:
        with transaction.atomic():
            link.save(force_insert=True)
    except IntegrityError as problem:
        raise Refused(
            _("The two items are linked like this already."), code="duplicate", status=409
        ) from problem
