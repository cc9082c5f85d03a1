"""Checks of the account: is it let in, who is it, what does it see, what may it do."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from connections.access import gateway
from connections.address import cloud_site
from connections.credentials import service_user
from connections.health import expiry
from connections.probes.probe import WARN_DAYS, Finding, Probe, State, passed, skipped
from connections.report import archived_projects
from connections.report.observations import Seen
from jira_client import permission_evaluation, requirements
from jira_client.errors import AuthenticationRefused
from jira_client.requirements import RECOMMENDED, REQUIRED
from jira_client.values import PermissionState, Person, Project


def authentication(probe: Probe) -> Finding:
    try:
        probe.ask_account()
    except Exception as error:
        probe.failure = error
        probe.remember(error)
        if isinstance(error, AuthenticationRefused):
            cloud_site.name_gateway(probe.connection, error)
        raise
    probe.failure = None
    method = probe.connection.get_auth_method_display()
    ends = expiry.credential_ends(probe.connection)
    if ends and (days := expiry.days_until(ends)) <= WARN_DAYS:
        return Finding(
            State.WARNING,
            ngettext(
                "Jira accepts the credential (%(method)s), which ends in %(days)d day.",
                "Jira accepts the credential (%(method)s), which ends in %(days)d days.",
                days,
            )
            % {"method": method, "days": days},
            _("Press Re-authenticate before then."),
            "token_expires",
        )
    return passed(_("Jira accepts the credential (%(method)s).") % {"method": method})


def account(probe: Probe) -> Finding:
    person, connection = _person(probe), probe.connection
    if connection.account_id and connection.account_id != person.id:
        return Finding(
            State.FAIL,
            _("The credential belongs to %(now)s, but this connection acts as %(was)s.")
            % {"now": person.name, "was": connection.account_name},
            _("Press Re-authenticate and decide which account it shall be."),
            "account_changed",
        )
    if not person.active:
        return Finding(
            State.WARNING,
            _("%(name)s is not active in Jira.") % {"name": person.name},
            _("Ask a Jira admin to activate the account: Settings → User management."),
            "account_inactive",
        )
    words = _("The connection acts as %(name)s (%(id)s).") % {"name": person.name, "id": person.id}
    if found := service_user.remarks(person, service_user.asked(probe.client)):
        words = f"{words} {service_user.sentences(found)}"
        if service_user.is_grave(person, found):
            return Finding(
                State.WARNING,
                words,
                found[0].remedy,
                "account_is_admin" if found[0].of_admin else "account_is_personal",
            )
    return passed(words)


def projects(probe: Probe) -> Finding:
    number = len(probe.projects)
    if not number:
        return Finding(
            State.FAIL,
            _("The account sees no project."),
            _(
                "Ask a Jira admin to add the account to a role holding Browse Projects: "
                "Project settings → Permissions."
            ),
            "no_projects",
        )
    return passed(
        ngettext("%(n)d project is visible.", "%(n)d projects are visible.", number) % {"n": number}
    )


def permissions(probe: Probe) -> Finding:
    mapped = probe.mapped
    if not mapped:
        return skipped(_("No project is mapped yet."))
    # A project that is mapped more than once is asked about once.
    wanted = list(
        {row.remote_id: Project(row.remote_id, row.key, row.name) for row in mapped}.values()
    )
    found = probe.client.permissions.of_projects(wanted, requirements.PROJECT_KEYS)
    wanted = archived_projects.with_archives(probe.client, wanted, found)
    probe.seen = Seen(wanted, found)
    if archived := [project.key for project in wanted if project.archived]:
        return Finding(
            State.FAIL,
            _("Archived in Jira, so they can only be read: %(keys)s.")
            % {"keys": ", ".join(archived[:6]) + (" …" if len(archived) > 6 else "")},
            _("Restore them in Jira, or remove the mapped projects here."),
            "archived",
        )
    lacking: dict[str, list[str]] = {REQUIRED: [], RECOMMENDED: []}
    unsure = False
    for project in wanted:
        judged = permission_evaluation.evaluate(found.get(project.id, {}))
        for row in (*judged.permissions, *judged.also):
            if row.state is PermissionState.MISSING and row.need in lacking:
                lacking[row.need].append(f"{row.name} ({project.key})")
            unsure = unsure or row.state is PermissionState.UNKNOWN
    remedy = _("Open the permission report: it holds the text for your Jira admin.")
    for need, state in ((REQUIRED, State.FAIL), (RECOMMENDED, State.WARNING)):
        if lacking[need]:
            names = ", ".join(lacking[need][:6]) + (" …" if len(lacking[need]) > 6 else "")
            message = _("Missing: %(names)s.") % {"names": names}
            return Finding(state, message, remedy, f"permissions_{need}")
    if unsure:
        return Finding(
            State.WARNING, _("Some permissions could not be checked."), remedy, "unknown"
        )
    return passed(_("Everything that the board needs is held in every mapped project."))


def _person(probe: Probe) -> Person:
    if probe.person is None:
        raise gateway.NotReady("secret_missing", "The account is not known yet.")
    return probe.person
