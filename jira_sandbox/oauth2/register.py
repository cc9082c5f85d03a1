"""Apps of OAuth 2.0, the codes and tokens that people's consent gives them, and how refresh tokens rotate.

Each use of a refresh token gives another. On Cloud the one before works for ten minutes more; later, or
once its successor was used, its use ends the whole consent. One that is not used for 90 days ends.
It must not know requests.

Source of Cloud's: https://developer.atlassian.com/cloud/oauth/getting-started/refresh-tokens
Data Center: https://confluence.atlassian.com/adminjiraserver101/jira-oauth-2-0-provider-api-1455427907.html
That Data Center grants no time after a use, and ends the old access token, is the strictest reading.
"""

import base64
import hashlib
import secrets
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ..model.people import ScopedToken, User
from ..model.site import Site

CODE_LIFE = timedelta(minutes=1)
ACCESS_LIFE = 3600  # seconds
REUSE = timedelta(minutes=10)
UNUSED = timedelta(days=90)
OFFLINE = "offline_access"
PERMISSIONS = (
    "READ",
    "WRITE",
    "ADMIN",
    "SYSTEM_ADMIN",
)  # Data Center's, each holds those before it


class GrantProblem(Exception):
    """An error of RFC 6749, section 5.2, by its word."""

    def __init__(self, word: str, says: str, status: int = 400) -> None:
        super().__init__(says)
        self.word, self.says, self.status = word, says, status


@dataclass(slots=True, eq=False)
class App:
    """An app of Cloud's developer console, or an incoming link of Data Center."""

    client_id: str
    secret: str
    name: str
    callback: str
    scopes: tuple[str, ...]


@dataclass(slots=True, eq=False)
class Refresh:
    """A refresh token: when it was given, when it was first used, and which one came of it."""

    token: str
    given: datetime
    used: datetime | None = None
    after: str = ""


@dataclass(slots=True, eq=False)
class Grant:
    """One person's consent to one app, for one site (`site`: its id on Cloud)."""

    id: str
    client_id: str
    user: str
    scopes: tuple[str, ...]
    site: str
    callback: str
    refresh: dict[str, Refresh] = field(default_factory=dict)
    access: list[str] = field(default_factory=list)
    ended: str = ""


@dataclass(slots=True, eq=False)
class Code:
    grant: Grant
    challenge: str
    expires: datetime
    used: bool = False


@dataclass(slots=True)
class Register:
    """Every app and consent of one Jira."""

    site: Site
    apps: dict[str, App] = field(default_factory=dict)
    grants: dict[str, Grant] = field(default_factory=dict)
    codes: dict[str, Code] = field(default_factory=dict)
    # Data Center's access tokens, and Cloud's that are of another site
    access: dict[str, tuple[Grant, datetime]] = field(default_factory=dict)
    renewals: int = 0

    def add(self, name: str, callback: str, scopes: tuple[str, ...]) -> App:
        made = App(
            secrets.token_hex(16), f"ATOA{secrets.token_urlsafe(32)}", name, callback, scopes
        )
        self.apps[made.client_id] = made
        return made

    def consent(self, app: App, user: User, scopes: tuple[str, ...], challenge: str,
                elsewhere: str = "") -> str:  # fmt: skip
        """The code that the app exchanges. `elsewhere`: the person chose another site of theirs."""
        grant = Grant(secrets.token_hex(8), app.client_id, user.name, scopes,
                      elsewhere or self.site.identity, app.callback)  # fmt: skip
        code = secrets.token_urlsafe(24)
        self.codes[code] = Code(grant, challenge, self.site.now() + CODE_LIFE)
        return code

    def app_of(self, client_id: str, secret: str) -> App:
        """Raises GrantProblem."""
        app = self.apps.get(client_id)
        if app is None or app.secret != secret:
            raise GrantProblem("invalid_client", "Unauthorized", 401)
        return app

    def exchange(self, app: App, code: str, verifier: str, callback: str) -> dict[str, Any]:
        """Tokens for a code, once. Raises GrantProblem."""
        held = self.codes.get(code)
        if held is None or held.grant.client_id != app.client_id:
            raise self._refused("Invalid authorization code")
        if held.used:
            self.end(held.grant, "code used twice")
            raise self._refused("Invalid authorization code")
        if held.expires <= self.site.now():
            raise self._refused("Authorization code is expired")
        if callback != held.grant.callback:
            raise self._refused("redirect_uri does not match")
        if held.challenge and challenge_of(verifier) != held.challenge:
            raise self._refused("Failed to verify code verifier")
        held.used = True
        self.grants[held.grant.id] = held.grant
        return self._tokens(held.grant)

    def renew(self, app: App, token: str, callback: str) -> dict[str, Any]:
        """Tokens for a refresh token. Raises GrantProblem."""
        self.renewals += 1
        grant = next((one for one in self.grants.values() if token in one.refresh), None)
        if grant is None or grant.client_id != app.client_id or grant.ended:
            raise self._unknown()
        if not self.site.cloud and callback != grant.callback:
            raise self._refused("redirect_uri does not match")
        held, now = grant.refresh[token], self.site.now()
        if not self._user(grant).active or now > held.given + UNUSED:
            self.end(grant, "expired")
            raise self._unknown()
        if held.used is not None:
            successor = grant.refresh[held.after]
            reuse = REUSE if self.site.cloud else timedelta(0)
            if now >= held.used + reuse or successor.used is not None:
                self.end(grant, "used twice")
                raise self._unknown()
        made = self._tokens(grant)
        if held.used is None:
            held.used = now
        held.after = str(made["refresh_token"])
        return made

    def end(self, grant: Grant, why: str) -> None:
        """Takes a consent back: none of its tokens opens anything any more."""
        grant.ended = why
        self._forget_access(grant)

    def revoke(self, user: str) -> int:
        """Takes back whatever this person consented to. How many."""
        held = [one for one in self.grants.values() if one.user == user and not one.ended]
        for grant in held:
            self.end(grant, "revoked")
        return len(held)

    def expire_access(self) -> None:
        """Ends every access token now, as an hour would."""
        for grant in self.grants.values():
            self._forget_access(grant)

    def grant_of(self, token: str) -> Grant | None:
        """The consent behind an access token that has not ended."""
        held = self.access.get(token)
        if held is None or held[1] <= self.site.now() or not self._user(held[0]).active:
            return None
        return held[0]

    def dumped(self) -> dict[str, Any]:
        """Plain JSON of all that outlives a restart; codes and Data Center's access tokens do not."""
        return {
            "apps": [asdict(one) for one in self.apps.values()],
            "grants": [_plain(one) for one in self.grants.values()],
        }

    def load(self, told: dict[str, Any]) -> None:
        for row in told.get("apps", ()):
            self.apps[row["client_id"]] = App(**row | {"scopes": tuple(row["scopes"])})
        for row in told.get("grants", ()):
            refresh = {name: _refresh(one) for name, one in row["refresh"].items()}
            more = {"scopes": tuple(row["scopes"]), "refresh": refresh}
            self.grants[row["id"]] = Grant(**row | more)

    def _tokens(self, grant: Grant) -> dict[str, Any]:
        now = self.site.now()
        access, ends = f"oat-{secrets.token_urlsafe(24)}", now + timedelta(seconds=ACCESS_LIFE)
        if not self.site.cloud:
            self._forget_access(grant)
        grant.access.append(access)
        self.access[access] = (grant, ends)
        if self.site.cloud and grant.site == self.site.identity:
            scopes = tuple(one for one in grant.scopes if one != OFFLINE)
            self.site.scoped_tokens[access] = ScopedToken(access, self._user(grant), scopes, ends)
        made = {"access_token": access, "token_type": "Bearer", "expires_in": ACCESS_LIFE,
                "scope": " ".join(grant.scopes)}  # fmt: skip
        if not self.site.cloud or OFFLINE in grant.scopes:
            refresh = f"ort-{secrets.token_urlsafe(32)}"
            grant.refresh[refresh] = Refresh(refresh, now)
            made["refresh_token"] = refresh
        return made

    def _forget_access(self, grant: Grant) -> None:
        for token in grant.access:
            self.access.pop(token, None)
            self.site.scoped_tokens.pop(token, None)
        grant.access.clear()

    def _user(self, grant: Grant) -> User:
        return self.site.users[grant.user]

    def _refused(self, says: str) -> GrantProblem:
        return GrantProblem("invalid_grant", says, 403 if self.site.cloud else 400)

    def _unknown(self) -> GrantProblem:
        return self._refused("Unknown or invalid refresh token.")


def register_of(site: Site) -> Register:
    """The site's register; made on first use."""
    made: Register = site.parts.setdefault("oauth2", Register(site))
    return made


def challenge_of(verifier: str) -> str:
    """S256 of RFC 7636, section 4.2."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _plain(grant: Grant) -> dict[str, Any]:
    told = asdict(grant)
    for row in told["refresh"].values():
        row |= {name: row[name] and row[name].isoformat() for name in ("given", "used")}
    return told


def _refresh(row: dict[str, Any]) -> Refresh:
    times = {name: _moment(row[name]) for name in ("given", "used")}
    return Refresh(**row | times)


def _moment(value: Any) -> datetime | None:
    return datetime.fromisoformat(value) if isinstance(value, str) else value
