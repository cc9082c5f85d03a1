"""Creating a version in Jira on request, so that the board's items can be fixed in it. Never two of a name.

Jira has no idempotency key for versions either: after an answer that was lost, and before one is made,
the project's versions are looked at; one of the very name is that version.
"""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.access.gateway import jira_for
from connections.access.readiness import must_not_be_in_a_move
from connections.models import MappedProject
from connections.setup.quiet_window import must_not_be_quiet
from jira_client.client import JiraClient
from jira_client.errors import Invalid, JiraError, NotFound, PermissionRefused
from jira_client.values import Version
from planning import rules
from planning.models import Release
from planning.rules import Unfit
from sync.inbound import project_facts
from sync.pairs import releases
from sync.worker.failpoints import point


def make(
    project: MappedProject,
    name: str,
    *,
    actor: User,
    start: date | None = None,
    release: date | None = None,
) -> Release:
    """The release, made in Jira and offered on the board from now on.

    Raises Refused: 409 where the project has it already, is read only or does not map fix versions, 403
    where the account may not administer the project in Jira, 422 for a name or date that does not fit;
    JiraError, NotReady, SealBroken.
    """
    must_not_be_in_a_move(project.connection)
    must_not_be_quiet(project.connection)
    rules.refuse_read_only(project)
    name = _checked(project, name, start, release)
    jira = jira_for(project.connection)
    known = jira.versions.of_project(project.remote_id)
    if any(one.name.casefold() == name.casefold() for one in known):
        words = _("%(key)s has a version “%(name)s” already.") % {"key": project.key, "name": name}
        releases.keep(project, known)
        raise Refused(words, code="has_version", status=409, fields={"name": [words]})
    made = _create(jira, project, name, start, release)
    point("version.created")
    releases.keep(project, [*known, made])
    project_facts.note_facts(project, {"releases_told": True})
    audit.record(
        "version.created",
        actor=actor,
        target=project,
        connection_id=project.connection_id,
        after={"name": made.name, "id": made.id},
    )
    return Release.objects.get(project=project, remote_id=made.id)


def _checked(project: MappedProject, name: str, start: date | None, release: date | None) -> str:
    if releases.VERSIONS not in project.field_map:
        words = _("%(key)s maps no fix versions: pair them on “#4 Fields and statuses” first.")
        raise Refused(words % {"key": project.key}, code="not_mapped", status=409)
    try:
        found = rules.text(name, 255)
    except Unfit as problem:
        raise Refused(str(problem), fields={"name": [str(problem)]}) from problem
    if not found:
        words = _("Give the version a name.")
        raise Refused(words, fields={"name": [words]})
    if start and release and start > release:
        words = _("It begins after it is released.")
        raise Refused(words, fields={"start": [words]})
    return found


def _create(
    jira: JiraClient, project: MappedProject, name: str, start: date | None, release: date | None
) -> Version:
    try:
        return jira.versions.create(project.remote_id, name, start=start, release=release)
    except (NotFound, PermissionRefused) as error:
        words = _(
            "The account may not make versions in %(key)s: it needs “Administer Projects” there. A Jira "
            "admin can give it in the project's permission scheme, or make the version in Jira."
        )
        raise Refused(words % {"key": project.key}, code="no_permission", status=403) from error
    except Invalid as error:
        why = " ".join([*error.messages, *error.field_errors.values()]) or str(error)
        words = _("Jira does not take this version: %(why)s") % {"why": why}
        raise Refused(words, fields={"name": [words]}) from error
    except JiraError as error:
        if not error.outcome_unknown:
            raise
        there = jira.versions.of_project(project.remote_id)
        found = next((one for one in there if one.name == name), None)
        if found is None:
            raise
        return found
