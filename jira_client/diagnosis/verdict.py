"""What a diagnosis is, and what those who make one may look at."""

from dataclasses import dataclass
from datetime import datetime

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
    """What is known besides the error itself."""

    entered_url: str | None
    server: ServerInfo | None
    now: datetime
    account: str | None

    @property
    def who(self) -> str:
        """The account, as a sentence names it."""
        return self.account or "the service user"

    @property
    def is_cloud(self) -> bool | None:
        """The deployment, None where it is not known."""
        if self.server is None:
            return None
        return self.server.deployment.value == "cloud"


@dataclass(frozen=True, slots=True)
class Finding:
    """The part of a diagnosis that depends on the kind of error."""

    code: str
    what: str
    remedy: str
    seen: tuple[tuple[str, str], ...] = ()
