"""What signs a connection in, before it is sealed: shaped as it was pasted, never shown."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from almconnect.lib.secret import Secret
from connections.models import AuthMethod
from jira_client.sender import is_api_token

LONGEST_LIFE = timedelta(
    days=365
)  # of an API token of Cloud, as of every one made since December 2024
# What stays on a pasted text unseen: blanks of every width, and marks of no width at all.
BLANKS = " \u00a0\u2002\u2003\u2007\u2009\u200b\u200c\u200d\u202f\u2060\u3000\ufeff"


@dataclass(frozen=True, slots=True)
class Credential:
    """What signs a connection in. `secret`: access token, password, API token or PAT. `expires` is
    Jira's word on an OAuth token, `ends` what a person read in Jira of an API token or PAT. `api_url`:
    where it works, "" for the Instance URL itself; None: where the connection calls.
    """

    method: str
    secret: Secret
    username: str = ""
    handle: Secret | None = None
    expires: datetime | None = None
    ends: datetime | None = None
    api_url: str | None = None

    def __post_init__(self) -> None:
        text = self.secret.reveal()
        # No token begins or ends with a blank; a password may.
        is_token = self.method == AuthMethod.PAT or is_api_token(text)
        if is_token and (whole := text.strip(BLANKS)) != text:
            object.__setattr__(self, "secret", Secret(whole))
        object.__setattr__(self, "username", self.username.strip())


def with_last_day(credential: Credential, now: datetime) -> Credential:
    """An API token of Cloud for which nobody entered a last day ends a year from now at the latest: the
    longest that Atlassian gives out. Any other credential as it is.

    Source: https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
    """
    secret = credential.method in (AuthMethod.BASIC, AuthMethod.PAT)
    if credential.ends or not secret or not is_api_token(credential.secret.reveal()):
        return credential
    return replace(credential, ends=now + LONGEST_LIFE)
