"""The API's bodies: what may come in, and nothing else is accepted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, StringConstraints, model_validator

from almconnect.lib.api import Listing, Strict

# A password may begin or end with a space, so it is taken as it is.
SecretText = Annotated[str, StringConstraints(strip_whitespace=False, max_length=10_000)]
Text = Annotated[str, StringConstraints(max_length=500)]
Long = Annotated[str, StringConstraints(max_length=200_000)]
Method = Literal["oauth1", "basic", "pat", "service", "oauth2"]


# Mixins of settings. The OpenAPI document lists the fields of the last base first.


class Named(Strict):
    name: Text


class At(Strict):
    base_url: Text


class SignIn(At):
    auth_method: Method = "oauth1"
    username: Text | None = None
    secret: SecretText | None = None


class HeaderIn(Strict):
    """`value` left out: as it is stored for the header of this name."""

    name: Text
    value: SecretText | None = None


class Reach(Strict):
    """The last six are what servers before Jira ask for. A key, a header's value or a proxy's password
    that is left out beside its certificate, name or user name stays as it is stored."""

    verify_tls: bool = True
    ca_bundle: Long | None = None
    fingerprint: Text | None = None
    api_url: Text | None = None
    proxy_url: Text | None = None
    proxy_username: Text | None = None
    proxy_password: SecretText | None = None
    client_certificate: Long | None = None
    client_key: Long | None = None
    client_key_passphrase: SecretText | None = None
    extra_headers: list[HeaderIn] | None = Field(default=None, max_length=20)


class ConnectionIn(Reach, SignIn, Named):
    tool: Literal["jira"] = "jira"
    secret_expires: datetime | None = None
    key_bits: Literal[2048, 3072] = 2048


class ConnectionPatch(Reach, SignIn, Named):
    """What is left out stays as it is. Null clears what may be empty; for the rest it is refused."""

    name: Text = ""
    base_url: Text = ""
    secret: SecretText = ""
    secret_expires: datetime | None = None
    paused: bool = False
    # A secret that Jira refused is tried again only where the person says that something changed.
    retry: bool = False


class TestIn(Reach, SignIn):
    """What is on the screen and not saved; left out: as stored."""

    base_url: Text = ""
    secret: SecretText = ""
    retry: bool = False


class LookIn(Reach, At):
    pass


class StartIn(Strict):
    callback: Literal["oob", "browser"] = "browser"
    key_bits: Literal[2048, 3072] = 2048


class AppIn(Strict):
    """Of an app of OAuth 2.0; an empty secret is the stored one of the same client ID."""

    client_id: Text
    client_secret: SecretText | None = None


class FinishIn(Strict):
    verifier: Text | None = None


class SecondWayIn(Strict):
    """`account`: the id of another account than the connection's, which it may become."""

    auth_method: Literal["basic", "pat", "service"]
    username: Text = ""
    secret: SecretText
    secret_expires: datetime | None = None
    account: Text = ""
    retry: bool = False


class CredentialChoice(Strict):
    take: Literal["new", "old"]


class SiteChoice(Strict):
    """`put_back`: the address from before it was changed; `accept`: Jira was put back to an earlier
    state, and `right` says whose values stand where the two differ."""

    take: Literal["put_back", "accept"]
    right: Literal["jira", "board"] | None = None

    @model_validator(mode="after")
    def _says_which(self) -> SiteChoice:
        if self.take == "accept" and self.right is None:
            raise ValueError("Say which side is right: jira or board.")
        return self


class ReportIn(Strict):
    project_keys: list[Text] | None = Field(default=None, max_length=5000)


class ProjectQuery(Listing):
    query: str = ""


class QuietIn(Strict):
    """Moments with their time zone."""

    starts: AwareDatetime
    ends: AwareDatetime
    reason: Annotated[str, StringConstraints(max_length=200)] = ""
