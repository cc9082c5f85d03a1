"""Application links and the tokens given out over them. It must not know requests.

Source: https://confluence.atlassian.com/adminjiraserver/configure-an-incoming-link-1115659067.html
"""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..model.people import User
from .signature import public_key

REQUEST_LIFE = timedelta(minutes=10)
ACCESS_LIFE = timedelta(seconds=157_680_000)
SESSION_LIFE = ACCESS_LIFE + timedelta(days=30)


@dataclass(slots=True, eq=False)
class ApplicationLink:
    """`consumer_key` is empty where no incoming link was made, or where it is OAuth 2.0."""

    id: str
    name: str
    url: str
    kind: str = "oauth1"
    consumer_key: str = ""
    consumer_name: str = ""
    public_key: str = ""
    enabled: bool = True
    deleted: bool = False


@dataclass(slots=True, eq=False)
class RequestToken:
    token: str
    secret: str
    link: ApplicationLink
    callback: str
    expires: datetime
    user: User | None = None
    denied: bool = False
    verifier: str = ""
    used: bool = False

    @property
    def decided(self) -> bool:
        return self.denied or self.user is not None


@dataclass(slots=True, eq=False)
class AccessToken:
    token: str
    secret: str
    link: ApplicationLink
    user: User
    created: datetime
    expires: datetime
    session_handle: str
    session_expires: datetime


@dataclass(slots=True)
class Register:
    """Every link and token of one Jira."""

    links: dict[str, ApplicationLink] = field(default_factory=dict)
    requests: dict[str, RequestToken] = field(default_factory=dict)
    tokens: dict[str, AccessToken] = field(default_factory=dict)

    def add(self, name: str, url: str, kind: str = "oauth1", consumer_key: str = "",
            consumer_name: str = "", key_text: str = "") -> ApplicationLink:  # fmt: skip
        """A new link. Raises ValueError for an unreadable key or a consumer key in use."""
        if consumer_key:
            public_key(key_text)
            if self.consumer(consumer_key):
                raise ValueError("An application link with this consumer key exists already.")
        link = ApplicationLink(secrets.token_hex(8), name, url, kind, consumer_key, consumer_name,
                               key_text)  # fmt: skip
        self.links[link.id] = link
        return link

    def consumer(self, key: str) -> ApplicationLink | None:
        for link in self.links.values():
            if key and link.consumer_key == key:
                return link
        return None

    def remove(self, id: str) -> None:
        """Deletes a link; its tokens stay known but open nothing any more."""
        self.links.pop(id).deleted = True

    def new_request(self, link: ApplicationLink, callback: str, now: datetime) -> RequestToken:
        made = RequestToken(secrets.token_hex(16), secrets.token_hex(16), link, callback,
                            now + REQUEST_LIFE)  # fmt: skip
        self.requests[made.token] = made
        return made

    def new_access(self, link: ApplicationLink, user: User, now: datetime) -> AccessToken:
        made = AccessToken(secrets.token_hex(16), secrets.token_hex(16), link, user, now,
                           now + ACCESS_LIFE, secrets.token_hex(16), now + SESSION_LIFE)  # fmt: skip
        self.tokens[made.token] = made
        return made

    def of_user(self, user: User) -> list[AccessToken]:
        return [one for one in self.tokens.values() if one.user is user]
