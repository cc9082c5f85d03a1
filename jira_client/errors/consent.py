"""What keeps OAuth 2.0 for a person from giving or renewing tokens."""

from jira_client.errors.refusals import AuthenticationRefused


class AppRefused(AuthenticationRefused):
    """The client ID or client secret of the app is wrong, or the app is gone."""

    code = "app_refused"


class CodeRefused(AuthenticationRefused):
    """The code that came back from the consent page is not taken: too late, used, or of another address."""

    code = "code_refused"


class OfflineMissing(AuthenticationRefused):
    """Tokens came without a refresh token: the app may not be offline."""

    code = "offline_missing"


class OtherSite(AuthenticationRefused):
    """The access was allowed, for another Cloud site. `allowed`: the addresses of those."""

    code = "other_site"

    def __init__(self, message: str = "", *, allowed: tuple[str, ...] = ()) -> None:
        super().__init__(message)
        self.allowed = allowed


class GrantEnded(AuthenticationRefused):
    """The refresh token is not taken any more: revoked, or not used for too long."""

    code = "grant_ended"


class RenewalLost(GrantEnded):
    """The same, after an answer to a renewal was lost: the token that came with it was never seen here."""

    code = "renewal_lost"
