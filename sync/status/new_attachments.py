"""Adding a file to an item's issue in Jira, at once and on request. Nothing of it is kept here.

Jira has no idempotency key for files either: after an answer that was lost the issue's files are looked at;
one that was not there before, of this name and size and of our account, is that file.
"""

from __future__ import annotations

from pathlib import PurePosixPath, PureWindowsPath
from typing import Final

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.access.readiness import must_not_be_in_a_move
from connections.models import Connection
from connections.setup.quiet_window import must_not_be_quiet
from jira_client import parse
from jira_client.client import JiraClient
from jira_client.errors import JiraError, NotFound, PermissionRefused
from jira_client.values import Attachment as JiraAttachment
from planning import rules
from planning.models import Attachment, WorkItem
from planning.rules import Unfit
from sync.inbound import issue_attachments
from sync.models import Shadow
from sync.outbound import ownership
from sync.outbox import change_queue
from sync.pairs import site_proof
from sync.pairs.references import live_pair

LARGEST: Final = 2_500_000  # bytes that a page takes (almconnect/front.py)
_LONGEST_NAME: Final = 255


def add(item: WorkItem, filename: str, content: bytes, *, actor: User) -> Attachment:
    """The file, as Jira keeps it, listed on the item from now on.

    Raises Refused: 403 where the account may not attach files in Jira, 409 where the item is not in Jira,
    is read only or not the mapping's now, Jira takes no files, or nobody knows whether it took this one,
    413 for too large a file, 422 for none; JiraError, NotReady, SealBroken.
    """
    project, pair = item.project, live_pair(item.pk)
    if project is None or pair is None:
        raise Refused(_("The item is not in Jira, where files are kept."), code="local", status=409)
    must_not_be_in_a_move(project.connection)
    must_not_be_quiet(project.connection)
    rules.refuse_read_only(project)
    name = _named(filename)
    if not content:
        raise _refused(_("The file is empty."), 422)
    if len(content) > LARGEST:
        raise too_large()
    with site_proof.proven(project.connection):
        jira = jira_for(project.connection)
        if why := ownership.why_not(project.connection, jira, pair):
            raise Refused(why, code=ownership.NOT_OURS, status=409)
        made = _send(project.connection, jira, pair, name, content)
    audit.record(
        "attachment.added",
        actor=actor,
        target=item,
        connection_id=project.connection_id,
        after={"name": made.filename, "size": made.size, "id": made.id},
    )
    return issue_attachments.keep(item.pk, made)


def too_large() -> Refused:
    """For a file that no page takes."""
    return _refused(_most(LARGEST), 413)


def _named(filename: str) -> str:
    """Without the folders that some browsers tell."""
    plain = PureWindowsPath(PurePosixPath(filename).name).name
    try:
        found = rules.text(plain, _LONGEST_NAME)
    except Unfit as problem:
        raise _refused(str(problem), 422) from problem
    if not found or any(char in found for char in '"\r\n'):
        raise _refused(_("Give the file a name without quotation marks."), 422)
    return found


def _send(
    connection: Connection, jira: JiraClient, pair: Shadow, name: str, content: bytes
) -> JiraAttachment:
    limit = jira.attachments.limit()
    if limit is None:
        raise Refused(_("This Jira takes no attachments."), code="disabled", status=409)
    if len(content) > limit:
        raise _refused(_most(limit), 413)
    before = {one.id for one in _listed(jira, pair)}
    try:
        return jira.attachments.add(pair.remote_id, name, content)
    except (NotFound, PermissionRefused) as error:
        words = _(
            "The account may not attach files there: it needs “Create Attachments”. A Jira admin can give "
            "it in the project's permission scheme."
        )
        raise Refused(words, code="no_permission", status=403) from error
    except JiraError as error:
        if not error.outcome_unknown:
            words = _("Jira does not take this file: %(why)s") % {
                "why": change_queue.words_of(error)
            }
            raise Refused(words, code="refused", status=409) from error
        for one in _listed(jira, pair):
            ours = one.author_id == connection.account_id and one.id not in before
            if ours and (one.filename, one.size) == (name, len(content)):
                return one
        words = _(
            "Jira's answer was lost, and it does not show the file. It may still come: look at the issue "
            "before you add it again."
        )
        raise Refused(words, code="outcome_unknown", status=409) from error


def _listed(jira: JiraClient, pair: Shadow) -> tuple[JiraAttachment, ...]:
    return parse.attachments(jira.issues.get(pair.remote_id, ("attachment",))) or ()


def _most(limit: int) -> str:
    return _("A file of at most %(most)s MB can be added here.") % {"most": f"{limit / 1e6:g}"}


def _refused(words: str, status: int) -> Refused:
    return Refused(words, code="file", status=status, fields={"file": [words]})
