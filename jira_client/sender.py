"""As whom a call was made, and by which way in: what a refusal of it can and cannot be about.

It never holds a secret, only what the shape of one tells.
"""

from dataclasses import dataclass

_API_TOKENS = ("ATATT", "ATSTT")  # how Atlassian's API tokens begin since 2022
_SERVICE_ACCOUNTS = "@serviceaccount.atlassian.com"


@dataclass(frozen=True, slots=True)
class Sender:
    """`way`: basic, pat or oauth1; empty for nobody. `api_token`: the secret has the shape of an API
    token of Jira Cloud. `service_account`: the user name is that of a service account of Cloud.
    """

    way: str = ""
    api_token: bool = False
    service_account: bool = False

    @property
    def nobody(self) -> bool:
        return not self.way


NOBODY = Sender()


def by_password(username: str, secret: str) -> Sender:
    """Basic: a password, or an API token in its place."""
    account = username.strip().lower().endswith(_SERVICE_ACCOUNTS)
    return Sender("basic", is_api_token(secret), account)


def by_token(token: str) -> Sender:
    """A bearer token."""
    return Sender("pat", is_api_token(token))


def is_api_token(secret: str) -> bool:
    """Whether a secret has the shape of an API token of Jira Cloud."""
    return secret.lstrip("\u200b\ufeff\u2060 \u00a0").startswith(_API_TOKENS)
