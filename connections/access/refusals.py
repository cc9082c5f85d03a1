"""Which secret Jira refused, so that the same one is not tried again and again.

Jira locks an account by CAPTCHA after three failed logins, which may be as many calls at once.
Kept as a keyed digest in the connection's row, marked once it was refused a second time. It must not
keep a secret, nor judge health.
"""

from __future__ import annotations

from almconnect.lib.secret import Secret
from connections.access import gateway, sealing
from connections.models import AuthMethod, Connection, SecretField
from jira_client.errors import AuthenticationRefused, BasicDisabled, CaptchaRequired

# After these the secret may well be right: what locks or forbids it is not its text.
_NOT_THE_SECRET = (CaptchaRequired, BasicDisabled)
_TWICE = "#2"


def must_be_new(
    connection: Connection, username: str, secret: Secret, *, retry: bool = False
) -> None:
    """For a person's own act. Raises NotReady (refused_before) where Jira refused this very secret
    twice and the person does not say that something changed.

    After one refusal a press sends it once more: a proxy or Jira itself may have been mended, and two
    failed logins lock nobody out yet.
    """
    known = connection.refused_digest
    if not retry and known.endswith(_TWICE) and _is(known, connection, username, secret):
        raise gateway.NotReady(
            "refused_before",
            "Jira refused exactly this user name and password before, so they were not sent again: "
            "each refusal brings the account nearer to being locked.",
        )
    gateway.reopen(connection, username, secret)


def remember(
    connection: Connection, username: str, secret: Secret, error: AuthenticationRefused
) -> None:
    """Note that Jira refused this secret, where that is what the refusal says."""
    if isinstance(error, _NOT_THE_SECRET):
        return
    digest = sealing.digest_of(_pair(username, secret), row=connection.pk)
    if _is(connection.refused_digest, connection, username, secret):
        digest += _TWICE
    Connection.objects.filter(pk=connection.pk).update(refused_digest=digest)
    connection.refused_digest = digest


def remember_stored(connection: Connection, error: Exception) -> None:
    """The same for the credential in use. Raises SealBroken."""
    if connection.auth_method != AuthMethod.BASIC or not isinstance(error, AuthenticationRefused):
        return
    if secret := sealing.load(connection, SecretField.PASSWORD):
        remember(connection, connection.username, secret, error)


def press(connection: Connection, *, retry: bool = False) -> None:
    """A person wants the credential in use to be tried now. Raises NotReady, SealBroken."""
    if connection.auth_method != AuthMethod.BASIC:
        return
    if secret := sealing.load(connection, SecretField.PASSWORD):
        must_be_new(connection, connection.username, secret, retry=retry)


def _is(known: str, connection: Connection, username: str, secret: Secret) -> bool:
    digest = known.removesuffix(_TWICE)
    return bool(digest) and sealing.matches(digest, _pair(username, secret), row=connection.pk)


def _pair(username: str, secret: Secret) -> str:
    return f"{username}\x1f{secret.reveal()}"
