"""What the REST API answers of how a connection gets in: people, the second way, a client certificate.

No secret is among it.
"""

from __future__ import annotations

from datetime import datetime
from typing import Self

from almconnect.lib.api import Answer
from connections.access import outer_credentials
from connections.credentials import second_way
from connections.models import Connection


class PersonOut(Answer):
    id: str
    name: str

    @classmethod
    def of(cls, person_id: str, name: str) -> Self | None:
        """None where there is nobody."""
        return cls(id=person_id, name=name) if person_id else None


class SecondWayOut(Answer):
    """The second way in that waits; `refused`: since when Jira does not accept it, null where it does."""

    auth_method: str
    username: str
    account: PersonOut
    since: datetime
    ends: datetime | None
    refused: datetime | None

    @classmethod
    def of(cls, row: Connection) -> Self | None:
        """None where nothing waits."""
        facts = second_way.facts_of(row)
        if facts is None:
            return None
        return cls(
            auth_method=facts.method,
            username=facts.username,
            account=PersonOut(id=facts.account_id, name=facts.account_name),
            since=facts.since,
            ends=facts.ends,
            refused=facts.refused,
        )


class ClientCertificateOut(Answer):
    """What the console shows servers before Jira; its key is never told."""

    subject: str
    issuer: str
    sha256: str
    valid_until: datetime

    @classmethod
    def of(cls, pem: str) -> Self | None:
        """None where there is none."""
        if not pem:
            return None
        facts = outer_credentials.facts_of(pem)
        return cls(
            subject=facts.subject,
            issuer=facts.issuer,
            sha256=facts.fingerprint_in_pairs,
            valid_until=facts.valid_until,
        )
