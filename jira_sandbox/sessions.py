"""Browser sessions: a cookie, the person behind it, and the token its forms carry."""

import hmac
import secrets
from dataclasses import dataclass
from urllib.parse import urlsplit

from .model.people import User
from .model.site import Site


@dataclass(frozen=True, slots=True)
class Session:
    user: User
    form_token: str


class Sessions:
    """Who is logged in by browser. Lives in memory: a restart logs everybody out."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._open: dict[str, Session] = {}

    @property
    def cookie(self) -> str:
        """The cookie's name; the port keeps two sandboxes on one host apart."""
        port = urlsplit(self._site.address).port
        return f"JSESSIONID.{port}" if port else "JSESSIONID"

    def log_in(self, user: User) -> str:
        """The cookie value of a new session; a browser login also lifts the CAPTCHA."""
        cookie = secrets.token_urlsafe(24)
        self._open[cookie] = Session(user, secrets.token_urlsafe(16))
        user.failed_logins = 0
        return cookie

    def log_out(self, cookie: str) -> None:
        self._open.pop(cookie, None)

    def get(self, cookie: str) -> Session | None:
        return self._open.get(cookie)

    def user(self, cookie: str) -> User | None:
        found = self._open.get(cookie)
        return found.user if found else None

    @staticmethod
    def proves(session: Session, token: str) -> bool:
        """Whether a form was made by this session's own pages."""
        return hmac.compare_digest(session.form_token, token)
