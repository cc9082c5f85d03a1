"""A diagnosis, and what the functions that make one may look at."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from jira_client.cloud_address import is_cloud_address, is_gateway
from jira_client.values import ServerInfo


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """code: stable slug. what: one sentence. remedy: who does what, where.

    seen: redacted facts, label and value. anchor: the heading in the troubleshooting document.
    """

    code: str
    what: str
    remedy: str
    seen: tuple[tuple[str, str], ...] = ()
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What is known besides the error itself. `draft`: nobody's work waits for this connection yet, and
    nothing is tried by itself; None where it is not told. `called_url`: where calls go, if elsewhere than
    to what was entered. `extra_headers`: the names of those that go along for a server before Jira."""

    entered_url: str | None
    server: ServerInfo | None
    now: datetime
    account: str | None
    draft: bool | None = None
    called_url: str | None = None
    extra_headers: tuple[str, ...] = ()

    @property
    def let_in(self) -> str:
        """What else opens a gate before Jira: the headers by which an access proxy lets programs in."""
        if self.is_cloud:
            return ""
        if self.extra_headers:
            names = ", ".join(self.extra_headers)
            return (
                f" The extra headers of this connection ({names}) did not open it: ask that operator "
                'whether they are still good, and enter the new ones under "Advanced Settings".'
            )
        return (
            " If it gives programs a token of their own, as access proxies do, enter its headers under "
            '"Advanced Settings" > "Extra headers".'
        )

    @property
    def who(self) -> str:
        """The account, as a sentence names it."""
        return self.account or "the service user"

    @property
    def is_cloud(self) -> bool | None:
        """Whether it is Cloud, None where that is not known."""
        if self.server is not None:
            return self.server.deployment.value == "cloud"
        known = is_cloud_address(self.entered_url or "") or self.at_gateway
        return True if known else None

    @property
    def at_gateway(self) -> bool:
        """Whether calls go through Atlassian's gateway rather than to the site itself."""
        return is_gateway(self.called_url or self.entered_url or "")

    @property
    def host(self) -> str:
        """The host of the Instance URL; empty where none was entered."""
        try:
            return urlsplit(self.entered_url or "").hostname or ""
        except ValueError:
            return ""

    def again(self, wait: str = "some minutes") -> str:
        """The advice to try again after `wait`, for trouble that passes.

        Only what is retried by itself is said to be.
        """
        if self.draft:
            return (
                f'Wait {wait} and press "Connect to Jira" again: before a connection is made, nothing '
                "is tried by itself."
            )
        if self.draft is None:
            return f"Wait {wait}, then try again."
        return f"Changes that wait are sent by themselves afterwards. To test, wait {wait}."

    def press_again(self, live: str) -> str:
        """The button to press after a correction; `live` is the one of a connection that is made."""
        return 'press "Connect to Jira" again' if self.draft else live

    def ask_operator(self, about: str) -> str:
        """The advice on whom to ask about Jira itself: Cloud has no operator to ask and no log to read."""
        if self.is_cloud:
            return (
                "If it stays so, look at status.atlassian.com, or ask Atlassian's support; the console's "
                "operator finds the call in the console's own log."
            )
        return f"If it stays so, Jira's operator {about}."


@dataclass(frozen=True, slots=True)
class Finding:
    """The part of a diagnosis that depends on the kind of error."""

    code: str
    what: str
    remedy: str
    seen: tuple[tuple[str, str], ...] = ()
