"""Users of the sandbox's Jira, with their credentials. It must not know projects or requests.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-users/
"""

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache

CAPTCHA_AFTER = 3


@lru_cache(maxsize=10_000)
def _derived(name: str) -> uuid.UUID:
    """The same id for the same name in every run."""
    return uuid.uuid5(uuid.NAMESPACE_OID, name)


@dataclass(slots=True, eq=False)
class User:
    """A person: `name` is the Data Center user name, `account_id` the Cloud id."""

    name: str
    display_name: str
    email: str
    password: str
    api_token: str
    time_zone: str = "UTC"
    active: bool = True
    locale: str = "en_US"
    global_permissions: set[str] = field(default_factory=set)
    failed_logins: int = 0

    @property
    def key(self) -> str:
        return "JIRAUSER" + str(10000 + _derived(self.name).int % 80000)

    @property
    def account_id(self) -> str:
        return f"712020:{_derived(self.name)}"

    @property
    def locked(self) -> bool:
        """After three refusals a browser login with its CAPTCHA is demanded (Data Center)."""
        return self.failed_logins >= CAPTCHA_AFTER


@dataclass(frozen=True, slots=True)
class Pat:
    """A personal access token of Data Center."""

    id: int
    name: str
    user: User
    secret: str
    created: datetime
    expires: datetime | None


@dataclass(frozen=True, slots=True)
class ScopedToken:
    """An API token with scopes, of a person or of a service account (Cloud)."""

    secret: str
    user: User
    scopes: tuple[str, ...]
    expires: datetime | None

    def lives(self, now: datetime) -> bool:
        """Whether it has not ended yet."""
        return self.expires is None or self.expires > now


@dataclass(frozen=True, slots=True)
class ServiceClient:
    """An OAuth 2.0 credential of a service account."""

    client_id: str
    secret: str
    user: User
    scopes: tuple[str, ...]
