"""The wizard's forms with a secret, and "Re-authenticate". What was typed is never put on a page again."""

from __future__ import annotations

from datetime import datetime, time
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from almconnect.lib.api import Refused
from almconnect.lib.secret import Secret
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.models import AuthMethod, Connection
from connections.views.forms import ADVANCED, NO_FILL, ConnectionForm

LONGEST_SECRET = 10_000


def secret_notes(typed: str, kept: Credential | None, label: Any) -> list[str]:
    """That blanks around a pasted token were removed, in a sentence."""
    if kept is None or kept.secret.reveal() == typed:
        return []
    return [_("Spaces around “%(field)s” were removed.") % {"field": label}]


class LastDay(forms.DateField):
    """The day that an API token or PAT expires on, as Jira shows it; the moment that it is over."""

    def __init__(self) -> None:
        super().__init__(
            label=_("Token expires on"),
            required=False,
            help_text=_(
                "For an API token or Personal Access Token: the day that Jira names. You are warned "
                "30, 7 and 1 days before."
            ),
            widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        )

    def clean(self, value: Any) -> datetime | None:
        day = super().clean(value)
        if day is None:
            return None
        if day < timezone.localdate():
            raise forms.ValidationError(_("This day is over: make a new token in Jira first."))
        return timezone.make_aware(datetime.combine(day, time.max))

    def prepare_value(self, value: Any) -> Any:
        return timezone.localtime(value).date() if isinstance(value, datetime) else value


class WithSecret(ConnectionForm):
    """A form that also asks for a secret."""

    secret_expires = LastDay()
    secret_name = ""
    field_order = [
        "name", "base_url", "username", "password", "token", "client_secret", "secret_expires", *ADVANCED,
    ]  # fmt: skip

    def __init__(self, *args: Any, connection: Connection | None = None, **more: Any) -> None:
        super().__init__(*args, connection=connection, **more)
        field = self.fields[self.secret_name]
        # Optional only where a stored one may stay; `clean` judges whether it may.
        if connection is not None and connection.auth_method == self.method:
            field.required = credentials.stored(connection) is None
        else:
            field.required = True
        if not field.required:
            field.help_text = _("Leave it empty to keep the stored one.")
        field.error_messages["required"] = _("Enter the password or token.")

    def credential(self) -> Credential | None:
        """What was typed, or None where the stored secret stays."""
        text = self.cleaned_data.get(self.secret_name, "")
        if not text:
            return None
        username = self.cleaned_data.get("username", "")
        ends = self.cleaned_data.get("secret_expires")
        return Credential(self.method, Secret(text), username, ends=ends)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        if self.values:
            self.values["secret_expires"] = data.get("secret_expires")
        typed = data.get(self.secret_name, "")
        if typed:
            username = self.values.get("username", data.get("username", ""))
            try:
                credentials.check(Credential(self.method, Secret(typed), username))
            except Refused as refused:
                self.blame(refused)
        elif self.secret_name not in self.errors and not self._keeps():
            self.add_error(self.secret_name, _("Enter the password or token."))
        return data

    def secret_notes(self) -> list[str]:
        field = self.fields[self.secret_name]
        return secret_notes(self.data.get(self.secret_name, ""), self.credential(), field.label)

    def _keeps(self) -> bool:
        """Whether a stored secret of the same address, method and user stays as it is."""
        connection = self.connection
        if connection is None or credentials.stored(connection) is None:
            return False
        names = ("base_url", "api_url", "auth_method", "username")
        return all(
            self.values.get(k, getattr(connection, k)) == getattr(connection, k) for k in names
        )


class BasicForm(WithSecret):
    """“Switch to Basic Auth”."""

    username = forms.CharField(
        label=_("Username"),
        max_length=255,
        help_text=_("Of the Jira service user; for Jira Cloud its e-mail address."),
        widget=forms.TextInput(attrs=NO_FILL),
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
        max_length=LONGEST_SECRET,
        strip=False,
        help_text=_("For Jira Cloud an API token, for Data Center the local password."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    method = AuthMethod.BASIC.value
    secret_name = "password"  # noqa: S105 - the field's name


class TokenForm(WithSecret):
    """“Use a Personal Access Token”."""

    token = forms.CharField(
        label=_("Personal Access Token"),
        required=False,
        max_length=LONGEST_SECRET,
        help_text=_(
            "Data Center 8.14 and later: profile picture → Profile → Personal Access Tokens."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    method = AuthMethod.PAT.value
    secret_name = "token"  # noqa: S105 - the field's name


class ServiceForm(WithSecret):
    """“Use a service account”."""

    username = forms.CharField(
        label=_("Client ID"),
        max_length=255,
        help_text=_(
            "Of the OAuth 2.0 credential of a service account. On Cloud: Atlassian Administration → "
            "Directory → Service accounts → the account → “Create credentials”."
        ),
        widget=forms.TextInput(attrs=NO_FILL),
    )
    client_secret = forms.CharField(
        label=_("Client secret"),
        required=False,
        max_length=LONGEST_SECRET,
        help_text=_("Shown once, when the credential is made."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    secret_expires = None  # type: ignore[assignment]  # a client secret is good until it is revoked
    method = AuthMethod.SERVICE.value
    secret_name = "client_secret"  # noqa: S105 - the field's name

    def blame(self, refused: Refused) -> None:
        """As every form does; a wrong ID may be the secret, so it is not shown again."""
        super().blame(refused)
        if "username" in refused.fields:
            self.data = {name: self.data[name] for name in self.data} | {"username": ""}


class PersonForm(ConnectionForm):
    """“Use OAuth 2.0”: the app's ID and secret are asked for once people know how to make it."""

    method = AuthMethod.OAUTH2.value


class AppForm(forms.Form):
    """What is brought back from Jira once an app is made there."""

    client_id = forms.CharField(
        label=_("Client ID"), max_length=255, widget=forms.TextInput(attrs=NO_FILL)
    )
    client_secret = forms.CharField(
        label=_("Client secret"),
        max_length=LONGEST_SECRET,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, kept: bool = False, **more: Any) -> None:
        super().__init__(*args, **more)
        secret = self.fields["client_secret"]
        secret.required = not kept
        if kept:
            secret.help_text = _("Leave it empty to keep the stored one of this client ID.")
        secret.error_messages["required"] = _("Enter the client secret.")
        self.fields["client_id"].error_messages["required"] = _("Enter the client ID.")

    def blame(self, refused: Refused) -> None:
        """Put a refusal beside the field it names, or above the form. A wrong ID may be the secret, so it
        is not shown again.
        """
        if "username" in refused.fields:
            self.data = {name: self.data[name] for name in self.data} | {"client_id": ""}
        places = {"username": "client_id", "secret": "client_secret"}
        for name, sentences in refused.fields.items():
            self.add_error(places.get(name), sentences[0])
        if not refused.fields:
            self.add_error(None, refused.message)


FORMS: dict[str, type[ConnectionForm]] = {
    AuthMethod.OAUTH1.value: ConnectionForm,
    AuthMethod.BASIC.value: BasicForm,
    AuthMethod.PAT.value: TokenForm,
    AuthMethod.SERVICE.value: ServiceForm,
    AuthMethod.OAUTH2.value: PersonForm,
}


class SecretForm(forms.Form):
    """ "Re-authenticate" by user name and password, or by token."""

    field_order = ["username", "password", "secret_expires"]
    secret_expires = LastDay()

    username = forms.CharField(
        label=_("Username"), max_length=255, widget=forms.TextInput(attrs=NO_FILL)
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
        max_length=LONGEST_SECRET,
        help_text=_("For Jira Cloud an API token, for Data Center the local password."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def __init__(self, *args: Any, connection: Connection, **more: Any) -> None:
        super().__init__(*args, **more)
        self.connection = connection
        if connection.auth_method == AuthMethod.PAT:
            del self.fields["username"]
            self.fields["password"].label = _("Personal Access Token")
            self.fields["password"].help_text = ""
        elif connection.auth_method == AuthMethod.SERVICE:
            self.fields["username"].label = _("Client ID")
            self.fields["password"].label = _("Client secret")
            self.fields["password"].help_text = _("Shown once, when the credential is made.")

    def credential(self) -> Credential:
        return Credential(
            self.connection.auth_method,
            Secret(self.cleaned_data["password"]),
            self.cleaned_data.get("username", ""),
            ends=self.cleaned_data.get("secret_expires"),
        )

    def notes(self) -> list[str]:
        """What was trimmed of the values as they were typed, in sentences."""
        label = self.fields["password"].label
        return secret_notes(self.data.get("password", ""), self.credential(), label)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "password" in data:
            candidate = Credential(
                self.connection.auth_method, Secret(data["password"]), data.get("username", "")
            )
            try:
                credentials.check(candidate)
            except Refused as refused:
                for name, sentences in refused.fields.items():
                    self.add_error("password" if name == "secret" else name, sentences[0])
        return data
