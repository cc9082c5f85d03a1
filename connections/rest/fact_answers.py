"""What the calls that tell facts before a decision answer: the fields, and where they come from."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any, Self

from django.conf import settings

from almconnect.lib.api import Answer, words
from connections.health import vendor_changes
from connections.models import Connection
from connections.oauth import admin_instructions, sign_in_methods
from connections.probes.instance_probe import Look
from connections.report import comparison
from connections.rest.access_answers import PersonOut
from connections.rest.answers import CheckOut
from connections.setup import deletion
from jira_client.vendor_calendar import Change
from outgoing.tls import CertificateFacts


class CertificateOut(Answer):
    fingerprint: str
    subject: str
    issuer: str
    names: list[str]
    valid_from: datetime
    valid_until: datetime
    self_signed: bool

    @classmethod
    def of(cls, facts: CertificateFacts) -> Self:
        return cls(
            fingerprint=facts.fingerprint,
            subject=facts.subject,
            issuer=facts.issuer,
            names=list(facts.names),
            valid_from=facts.valid_from,
            valid_until=facts.valid_until,
            self_signed=facts.self_signed,
        )


class LookOut(Answer):
    """`code` and `message` say why the instance could not be asked; empty where it answered."""

    target: str
    at: datetime
    code: str
    message: str
    remedy: str
    deployment: str
    version: str
    remote_base_url: str
    auth_methods: list[str]
    certificate: CertificateOut | None
    checks: list[CheckOut]

    @classmethod
    def of(cls, found: Look) -> Self:
        server, failed, shown = found.server, found.failed, found.certificate
        return cls(
            target=found.target,
            at=found.at,
            code=failed.code if failed else "",
            message=failed.message if failed else "",
            remedy=failed.remedy if failed else "",
            deployment=server.deployment.value if server else "",
            version=server.version if server else "",
            remote_base_url=server.base_url if server else "",
            auth_methods=sign_in_methods.offered(found.flavour),
            certificate=CertificateOut.of(shown) if shown else None,
            checks=[CheckOut.of(row) for row in found.rows],
        )


class AdminPartOut(Answer):
    url: str
    consumer_key: str
    public_key: str
    application_url: str

    @classmethod
    def of(cls, connection: Connection) -> Self:
        return cls(
            url=settings.BASE_URL + admin_instructions.path_for(connection),
            consumer_key=connection.consumer_key,
            public_key=connection.public_key,
            application_url=settings.BASE_URL,
        )


class VendorChangeOut(Answer):
    """Something that Atlassian changes; `due` is null where no day is named."""

    code: str
    due: date | None
    what: str
    remedy: str
    page: str

    @classmethod
    def of(cls, one: Change) -> Self:
        return cls(code=one.code, due=one.due, what=one.what, remedy=one.remedy, page=one.page)


class AheadOut(Answer):
    items: list[VendorChangeOut]

    @classmethod
    def of(cls, connection: Connection) -> Self:
        return cls(items=[VendorChangeOut.of(one) for one in vendor_changes.ahead_of(connection)])


class DeletionOut(Answer):
    counts: dict[str, int]
    has_webhook: bool

    @classmethod
    def of(cls, connection: Connection) -> Self:
        return cls(
            counts=deletion.what_goes(connection),
            has_webhook=bool(connection.webhook_id and deletion.farewells),
        )


class ComparedOut(Answer):
    """`state`: none (not asked for yet), running, finished. Each project lists permissions and
    operations with `was` and `now`."""

    state: Annotated[str, words("none", "running", "finished")]
    was: PersonOut | None
    now: PersonOut | None
    projects: list[dict[str, Any]]

    @classmethod
    def of(cls, connection: Connection) -> Self:
        both = comparison.accounts_of(connection)
        state = "none" if both is None else "running" if both.running else "finished"
        return cls(
            state=state,
            was=PersonOut.of(connection.account_id, connection.account_name),
            now=PersonOut.of(connection.pending_id, connection.pending_name),
            projects=comparison.side_by_side(both) if both and state == "finished" else [],
        )
