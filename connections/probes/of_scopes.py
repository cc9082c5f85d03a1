"""What a token with scopes is open to, area by area: proven by one cheap read each.

What may be written cannot be read off beforehand where Jira does not tell it: the first write shows it.

Source: https://developer.atlassian.com/cloud/jira/platform/scopes-for-oauth-2-3LO-and-forge-apps/
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from connections.access import told_scopes
from connections.models import AuthMethod
from connections.probes.probe import Finding, Probe, State, passed, skipped
from jira_client import requirements, scopes
from jira_client.client import JiraClient
from jira_client.cloud_address import is_gateway
from jira_client.errors import JiraError, PermissionRefused

_NAMES: Final = {
    scopes.ISSUES: gettext_lazy("issues"),
    scopes.PEOPLE: gettext_lazy("people"),
    scopes.PROJECTS: gettext_lazy("projects"),
    scopes.BOARDS: gettext_lazy("boards"),
    scopes.SPRINTS: gettext_lazy("sprints"),
    scopes.WEBHOOK: gettext_lazy("webhook"),
}


def _sprints(jira: JiraClient) -> object:
    board = next((one for one in jira.boards.list() if one.type != "kanban"), None)
    return jira.boards.sprints(board.id, ("active",)) if board else None


_ON_DATA_CENTER = gettext_lazy(
    "Jira Data Center opens its plain API alone to service accounts so far: iterations stay on the board, "
    "and the webhook is registered by hand. A service user by OAuth or Personal Access Token may use the "
    "rest."
)
_READS: Final[Mapping[str, Callable[[JiraClient], object]]] = {
    scopes.ISSUES: lambda jira: jira.search.ids_page("project is not EMPTY"),
    scopes.PEOPLE: lambda jira: jira.people.search("a"),
    scopes.PROJECTS: lambda jira: jira.fields.all(),
    scopes.BOARDS: lambda jira: jira.boards.list(),
    scopes.SPRINTS: _sprints,
    scopes.WEBHOOK: lambda jira: jira.webhooks.list(),
}


def areas(probe: Probe) -> Finding:
    """Held, missing or unknown for each area. Calls at the gateway are of tokens with scopes; Data Center
    opens its plain API alone to service accounts.
    """
    at_gateway = is_gateway(probe.connection.api_url or probe.connection.base_url)
    way = probe.connection.auth_method
    if not at_gateway and way not in (AuthMethod.SERVICE, AuthMethod.OAUTH2):
        return skipped(_("The credential is not limited to scopes."))
    held, missing, unknown = [], [], []
    for area, ask in _READS.items():
        try:
            ask(probe.client)
        except PermissionRefused:  # of Cloud: CallRefused, for want of a scope
            missing.append(area)
        except JiraError:
            unknown.append(area)
        else:
            held.append(area)
    told = [
        _("open: %(areas)s") % {"areas": _named(held)} if held else "",
        _("without scopes: %(areas)s") % {"areas": _named(missing)} if missing else "",
        _("could not be asked: %(areas)s") % {"areas": _named(unknown)} if unknown else "",
    ]
    words = _("Read with this token, %(told)s.") % {"told": "; ".join(one for one in told if one)}
    scoped = told_scopes.of(probe.connection) if not probe.unsaved else None
    cannot = _operations_without(scoped) if scoped is not None else {}
    if scoped is None:
        words += " " + _("What it may write shows with the first write.")
    elif not cannot:
        words += " " + _("It was told to have every scope that the board writes with.")
    else:
        words += " " + _("It lacks a scope for: %(names)s.") % {"names": "; ".join(cannot)}
    wanting = [area for area in missing if area != scopes.WEBHOOK]
    if wanting or cannot:
        lacks = {scope for area in wanting for scope in scopes.of_area(area)}
        wanted = sorted(lacks | {scope for one in cannot.values() for scope in one})
        return Finding(State.WARNING, words, _remedy(way, wanted, at_gateway), "scope_missing")
    if missing:
        remedy = _(
            "A token with scopes may not register the webhook: do it by hand as “Webhook” says, or leave "
            "it to polling."
        )
        return Finding(State.PASS, f"{words} {remedy}")
    return passed(words)


def _operations_without(told: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """What the board does that the scopes do not allow → the scopes that it lacks."""
    found = {one.name: scopes.lacking(one.code, told) for one in requirements.OPERATIONS}
    return {name: lacks for name, lacks in found.items() if lacks}


def _named(found: list[str]) -> str:
    return ", ".join(str(_NAMES[area]) for area in found)


def _remedy(way: str, wanted: list[str], cloud: bool) -> str:
    """Who gives the credential what it lacks, and where."""
    if way == AuthMethod.OAUTH2 and not cloud:
        return _(
            "Give the incoming link the permission “Write” (Administration > Applications > Application "
            "links > the link > Edit), then press Re-authenticate and allow the access again."
        )
    if not cloud:
        return str(_ON_DATA_CENTER)
    if way == AuthMethod.OAUTH2:
        return _(
            "Add these scopes to the app (developer.atlassian.com > the app > Permissions), then press "
            "Re-authenticate and allow the access again: %(scopes)s."
        ) % {"scopes": " ".join(wanted)}
    return _(
        "Make a token that has these scopes, too, and press Re-authenticate: %(scopes)s. All scopes that "
        "the board can use: %(all)s."
    ) % {"scopes": " ".join(wanted), "all": " ".join(scopes.everything())}
