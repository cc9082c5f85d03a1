"""The API's bodies: what may come in (nothing else is accepted), and the shapes that go out.

Declared for checking and for the OpenAPI document. A secret goes out as `{"set", "updated"}` only.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from ninja import Schema
from pydantic import Field, StringConstraints, model_validator

from almconnect.lib.api import Listing, Strict

# A password may begin or end with a space, so it is taken as it is.
SecretText = Annotated[str, StringConstraints(strip_whitespace=False, max_length=10_000)]
Text = Annotated[str, StringConstraints(max_length=500)]
Long = Annotated[str, StringConstraints(max_length=200_000)]
Method = Literal["oauth1", "basic", "pat"]


# Mixins of settings. The OpenAPI document lists the fields of the last base first.


class Named(Strict):
    name: Text


class At(Strict):
    base_url: Text


class SignIn(At):
    auth_method: Method = "oauth1"
    username: Text | None = None
    secret: SecretText | None = None


class Reach(Strict):
    verify_tls: bool = True
    ca_bundle: Long | None = None
    fingerprint: Text | None = None
    api_url: Text | None = None
    proxy_url: Text | None = None


class ConnectionIn(Reach, SignIn, Named):
    tool: Literal["jira"] = "jira"
    secret_expires: datetime | None = None
    key_bits: Literal[2048, 3072] = 2048


class ConnectionPatch(Reach, SignIn, Named):
    """What is left out stays as it is. Null clears what may be empty; for the rest it is refused."""

    name: Text = ""
    base_url: Text = ""
    secret: SecretText = ""
    secret_expires: datetime | None = None
    paused: bool = False
    # A secret that Jira refused is tried again only where the person says that something changed.
    retry: bool = False


class TestIn(Reach, SignIn):
    """What is on the screen and not saved; left out: as stored."""

    base_url: Text = ""
    secret: SecretText = ""
    retry: bool = False


class LookIn(Reach, At):
    pass


class StartIn(Strict):
    callback: Literal["oob", "browser"] = "browser"
    key_bits: Literal[2048, 3072] = 2048


class FinishIn(Strict):
    verifier: Text | None = None


class CredentialChoice(Strict):
    take: Literal["new", "old"]


class SiteChoice(Strict):
    """`put_back`: the address from before it was changed; `accept`: Jira was put back to an earlier
    state, and `right` says whose values stand where the two differ."""

    take: Literal["put_back", "accept"]
    right: Literal["jira", "board"] | None = None

    @model_validator(mode="after")
    def _says_which(self) -> SiteChoice:
        if self.take == "accept" and self.right is None:
            raise ValueError("Say which side is right: jira or board.")
        return self


class ReportIn(Strict):
    project_keys: list[Text] | None = Field(default=None, max_length=5000)


class ProjectQuery(Listing):
    query: str = ""


class PersonOut(Schema):
    id: str
    name: str


class SecretOut(Schema):
    set: bool
    updated: datetime | None


class WebhookOut(Schema):
    state: str
    last_seen: datetime | None
    url: str | None = None


class AccountWarningOut(Schema):
    """Why this is not the service user that is recommended: `code` is account_is_admin (as the newest
    permission report saw it) or account_is_personal (by what the account is called)."""

    code: str
    message: str
    remedy: str


class WarningOut(Schema):
    """Something that ends: `what` is token, secret, certificate, ca_bundle or tls_off; `stage` the
    days ahead (30, 7, 1), 0 once it ended."""

    what: str
    stage: int
    at: datetime
    message: str
    remedy: str


class SiteOut(Schema):
    """Which Jira its issues are of; `doubt`: empty, site_unproven, another_jira or jira_restored."""

    kind: str
    identity: str
    doubt: str
    since: datetime | None
    address_before: str
    changed_by: str
    changed_at: datetime | None


class ConnectionOut(Schema):
    id: str
    name: str
    tool: str
    base_url: str
    api_url: str
    proxy_url: str
    auth_method: str
    next_auth_method: str | None
    username: str
    secret: SecretOut
    verify_tls: bool
    tls_off_until: datetime | None
    ca_bundle: SecretOut
    fingerprint: str
    consumer_key: str
    public_key: str
    token_expires: datetime | None
    secret_expires: datetime | None
    certificate_expires: datetime | None
    warnings: list[WarningOut]
    state: str
    health: str
    lifecycle: str
    account: PersonOut | None
    account_warnings: list[AccountWarningOut]
    pending: PersonOut | None
    deployment: str
    version: str
    remote_base_url: str
    webhook: WebhookOut
    site: SiteOut
    clock_note: str
    diagnosis: dict[str, Any] | None
    created: datetime
    updated: datetime
    last_success: datetime | None


class ConnectionsOut(Schema):
    items: list[ConnectionOut]
    next: str | None


class StartedOut(Schema):
    consumer_key: str
    public_key: str
    application_url: str
    callback_url: str
    authorize_url: str
    expires: datetime
    key_replaced: bool


class CheckOut(Schema):
    name: str
    title: str
    state: str
    message: str
    remedy: str
    code: str


class CheckResultOut(Schema):
    state: str
    target: str
    account: PersonOut | None
    at: datetime
    checks: list[CheckOut]


class JiraProjectOut(Schema):
    id: str
    key: str
    name: str


class JiraProjectsOut(Schema):
    items: list[JiraProjectOut]
    next: str | None


class ReportOut(Schema):
    id: str
    connection: str
    state: str
    account: PersonOut | None
    created: datetime
    taken_at: datetime | None
    done: int
    total: int
    diagnosis: dict[str, Any] | None
    permissions: dict[str, str]
    mapped: int | None  # projects mapped now; None where no rows are told
    mapped_left_out: list[str] | None  # the keys of those that the report does not show
    projects: list[dict[str, Any]]
    changes: list[dict[str, Any]]


class ReportsOut(Schema):
    items: list[ReportOut]
    next: str | None
