"""Whether a connection acts as a service user, as the guide strongly recommends: its account is used for
every read and write of the sync, so a person's own account, or a Jira admin's, is the wrong one.

Jira does not tell what an account is for, so a person's is known by what it is called. What is found are
remarks: nothing is refused for them. It must not write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from accounts.models import User
from connections.models import Connection, PermissionReport, ReportState
from jira_client.client import JiraClient
from jira_client.errors import JiraError
from jira_client.requirements import GLOBAL_KEYS
from jira_client.values import PermissionState, Person

ADMINISTER = GLOBAL_KEYS[0]
# Words by which accounts that are nobody's own are called; one is enough.
_WORDS = frozenset(
    {
        *("svc", "srv", "service", "services", "serviceuser", "bot", "robot", "sync", "api", "app"),
        *(
            "alm",
            "almconnect",
            "jira",
            "integration",
            "integrations",
            "automation",
            "connector",
            "tech",
        ),
        *(
            "technical",
            "system",
            "sys",
            "machine",
            "functional",
            "rest",
            "user",
            "account",
            "board",
        ),
        *("piplanning", "planning", "token", "noreply", "connect", "bridge", "interface", "ci"),
    }
)
_PART = re.compile(r"[A-Za-z\u00c0-\u024f]+")
_SERVICE_ACCOUNTS = "@serviceaccount.atlassian.com"


@dataclass(frozen=True, slots=True)
class Remark:
    """A warning on the account: `code`, a sentence, and what to do."""

    code: str
    message: str
    remedy: str

    @property
    def of_admin(self) -> bool:
        return self.code == "account_is_admin"


def remarks(person: Person, admin: bool | None) -> list[Remark]:
    """What speaks against this account. `admin`: whether it is a Jira admin, None where not known."""
    found = []
    if admin:
        found.append(
            Remark(
                "account_is_admin",
                _("%(name)s is a Jira admin: the sync would act with all rights.")
                % {"name": person.name},
                _remedy(),
            )
        )
    if is_personal(person):
        found.append(
            Remark(
                "account_is_personal",
                _("%(name)s looks like a person's own account.") % {"name": person.name},
                _remedy(),
            )
        )
    return found


def is_grave(person: Person, found: Sequence[Remark]) -> bool:
    """Whether these remarks turn a test's row to a warning. A service user may be a Jira admin on
    purpose, so that it registers the webhook by itself: then it is said, and no more."""
    return bool(found) and not (found[-1].of_admin and _called_service(person))


def is_personal(person: Person) -> bool:
    """Whether the account is a person's: one who signs in here, or by what it is called."""
    email = (person.email or "").lower()
    if _called_service(person):
        return False
    if email and User.objects.filter(email__iexact=email, is_active=True).exists():
        return True
    # Given name and family name; a single word may be anything.
    return len(_PART.findall(person.name)) >= 2


def _called_service(person: Person) -> bool:
    email = (person.email or "").lower()
    if email.endswith(_SERVICE_ACCOUNTS):
        return True
    called = f"{person.username or ''} {email.partition('@')[0]} {person.name}"
    return bool(_words_of(called) & _WORDS)


def asked(client: JiraClient) -> bool | None:
    """Whether the client's account is a Jira admin; None where Jira does not tell."""
    try:
        return client.permissions.global_((ADMINISTER,)).get(ADMINISTER) is PermissionState.HELD
    except JiraError:
        return None  # a remark less; whatever is wrong shows where it matters


def of_connection(connection: Connection) -> list[Remark]:
    """The remarks on the account in use, from what was last observed of it."""
    if not connection.account_id:
        return []
    if not hasattr(connection, "known_globals"):
        connection = with_globals(Connection.objects.filter(pk=connection.pk)).get()
    known = getattr(connection, "known_globals", None) or {}
    email = connection.username if "@" in connection.username else None
    # On Data Center the id is the name that it signs in by.
    name = None if connection.deployment == "cloud" else connection.account_id
    person = Person(connection.account_id, connection.account_name, email, username=name)
    return remarks(person, known.get(ADMINISTER) == PermissionState.HELD.value)


def with_globals(rows: QuerySet[Connection]) -> QuerySet[Connection]:
    """The rows, each with the global permissions that its newest report saw."""
    newest = PermissionReport.objects.filter(
        connection=OuterRef("pk"),
        account_id=OuterRef("account_id"),
        state=ReportState.FINISHED,
        offered=False,
    ).order_by("-created")
    return rows.annotate(known_globals=Subquery(newest.values("global_states")[:1]))


def sentences(found: Iterable[Remark]) -> str:
    """All remarks in one line."""
    return " ".join(one.message for one in found)


def _words_of(text: str) -> set[str]:
    apart = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", text)
    return {word.lower() for word in _PART.findall(apart)}


def _remedy() -> str:
    return _(
        "Strongly recommended is a service user of its own, with the permissions that the report names: "
        "create one in Jira, then press Re-authenticate."
    )
