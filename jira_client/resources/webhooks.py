"""Registering webhooks, in the three styles that exist, which needs the global permission Administer.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks
Data Center: https://confluence.atlassian.com/adminjiraserver/managing-webhooks-938846912.html
That Data Center 10 takes the secret in `configuration`, under the name `SECRET`, was seen in tools
that register there (getsentry/sentry#90116); the vendor does not say.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from jira_client import parse
from jira_client.protocol import Expect, Request
from jira_client.resources.caller import Caller
from jira_client.values import Webhook

# Cloud, and Data Center before 10: https://developer.atlassian.com/cloud/jira/platform/webhooks
_CLASSIC = "/rest/webhooks/1.0/webhook"
# From Data Center 10 on, as seen in tools that register there (getsentry/sentry#90116)
_JIRA10 = "/rest/jira-webhook/1.0/webhooks"


class Webhooks:
    """The webhooks that administrators see, ours among them."""

    def __init__(self, caller: Caller) -> None:
        self._caller = caller

    def list(self) -> list[Webhook]:
        """All webhooks that administrators see, ours among them.

        Raises JiraError; PermissionRefused, AuthenticationRefused or NotFound, by version, where the
        account is no administrator.
        """
        answer = self._caller.call(Request("GET", self._path))
        if isinstance(answer, Mapping):
            answer = answer.get("values") or answer.get("webhooks") or []
        return [webhook(row) for row in parse.rows(answer)]

    def create(
        self,
        name: str,
        url: str,
        events: Sequence[str],
        secret: str | None,
        jql: str | None = None,
    ) -> Webhook:
        """Registers a webhook for these events and returns it.

        The secret is sent only where the deployment signs. `jql` limits issue events only; sprints,
        boards and links come unfiltered. Raises JiraError; Invalid where Jira does not take the
        address, as Cloud takes https only.
        """
        flavour = self._caller.flavour
        signs = bool(secret) and flavour.webhooks_signed
        if flavour.webhook_style == "jira10":
            body = _jira10_body(name, url, events, secret if signs else None, jql)
        else:
            body = _classic_body(name, url, events, secret if signs else None, jql)
        made = webhook(parse.mapping(self._caller.call(Request("POST", self._path, json=body))))
        if made.signed is None and signs:
            return Webhook(made.id, made.name, made.url, made.events, made.enabled, True)
        return made

    def delete(self, webhook_id: str) -> None:
        """Removes a webhook. Raises JiraError; NotFound where it is gone already."""
        path = f"{self._path}/{{webhook}}"
        self._caller.call(Request("DELETE", path, {"webhook": webhook_id}, expect=Expect.NOTHING))

    @property
    def _path(self) -> str:
        return _JIRA10 if self._caller.flavour.webhook_style == "jira10" else _CLASSIC


def webhook(row: Mapping[str, Any]) -> Webhook:
    """A webhook from its JSON in any of the styles.

    Where the row has no `id`, it is the last part of `self`, whose host may differ from the site's.
    Whether deliveries are signed is None where the row does not tell.
    """
    own = parse.text(row.get("self")).rstrip("/").rpartition("/")[2]
    configuration = row.get("configuration")
    signed = row.get("isSigned")
    if signed is None and isinstance(configuration, Mapping) and configuration.get("SECRET"):
        # Without it nothing is known: an instance may well keep its secrets to itself.
        signed = True
    enabled = row.get("enabled", row.get("active", True))
    return Webhook(
        id=parse.text(row.get("id")) or own,
        name=parse.text(row.get("name")),
        url=parse.text(row.get("url")),
        events=tuple(parse.text(event) for event in row.get("events") or ()),
        enabled=bool(enabled),
        signed=signed,
    )


def _classic_body(
    name: str, url: str, events: Sequence[str], secret: str | None, jql: str | None
) -> dict[str, Any]:
    body: dict[str, Any] = {
        "name": name,
        "url": url,
        "events": list(events),
        "filters": {"issue-related-events-section": jql or ""},
        "excludeBody": False,
    }
    if secret:
        body["secret"] = secret
    return body


def _jira10_body(
    name: str, url: str, events: Sequence[str], secret: str | None, jql: str | None
) -> dict[str, Any]:
    # A secret at the top level would be ignored, and deliveries unsigned.
    configuration = {"EXCLUDE_BODY": "false"}
    if secret:
        configuration["SECRET"] = secret
    if jql:
        configuration["FILTERS"] = jql
    return {
        "name": name,
        "url": url,
        "events": list(events),
        "active": True,
        "configuration": configuration,
        "sslVerificationRequired": True,
    }
