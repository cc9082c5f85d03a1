"""The credential that a call was made with: its method and what its shape tells, for explaining refusals.

It never holds a secret, only what the shape of one tells.

Source: https://support.atlassian.com/atlassian-account/docs/manage-api-tokens-for-your-atlassian-account/
Service accounts: https://support.atlassian.com/user-management/docs/understand-service-accounts/
How the tokens begin and what the accounts' addresses end with was seen; the vendor does not say.
"""

from dataclasses import dataclass

_API_TOKENS = ("ATATT", "ATSTT")  # how Atlassian's API tokens begin since 2022, as seen
_SERVICE_ACCOUNTS = "@serviceaccount.atlassian.com"


@dataclass(frozen=True, slots=True)
class Sender:
    """`way`: basic, pat, oauth1, oauth2 or service; empty for nobody. `api_token`: the secret has the shape
    of an API token of Jira Cloud. `service_account`: the user name is that of a service account of Cloud.
    """

    way: str = ""
    api_token: bool = False
    service_account: bool = False

    @property
    def nobody(self) -> bool:
        """Whether the call was made without a credential."""
        return not self.way


NOBODY = Sender()


def by_password(username: str, secret: str) -> Sender:
    """The sender of a Basic login: a password, or an API token in its place."""
    account = username.strip().lower().endswith(_SERVICE_ACCOUNTS)
    return Sender("basic", is_api_token(secret), account)


def by_token(token: str) -> Sender:
    """The sender of a bearer token."""
    return Sender("pat", is_api_token(token))


def is_api_token(secret: str) -> bool:
    """Whether a secret has the shape of an API token of Jira Cloud."""
    return secret.lstrip("\u200b\ufeff\u2060 \u00a0").startswith(_API_TOKENS)
