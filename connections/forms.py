"""The wizard's forms. Each field's rule is the verb's own (`editing.cleaned`, `credentials.check`):
a form only asks, and puts the verb's sentence beside the field.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from almconnect.lib.api import Refused
from almconnect.lib.secret import Secret
from connections import credentials, editing
from connections.credentials import Credential
from connections.models import AuthMethod, Connection

ADVANCED = ("verify_tls", "ca_bundle", "fingerprint", "api_url")
_NO_FILL = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class ToolForm(forms.Form):
    tool = forms.ChoiceField(
        label=_("Select ALM Tool"),
        choices=[("jira", _("Jira"))],
        initial="jira",
        widget=forms.RadioSelect,
    )


class ConnectionForm(forms.Form):
    """Name, address and Advanced Settings. `values` holds what the verbs take, once valid."""

    name = forms.CharField(
        label=_("Connection Name"),
        max_length=editing.LONGEST_NAME,
        help_text=_("A friendly name, such as Jira of Railways."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    base_url = forms.CharField(
        label=_("Instance URL"),
        max_length=500,
        strip=False,
        help_text=_("The address of Jira as people open it. Paste any of its pages; we trim it."),
        widget=forms.TextInput(
            attrs={**_NO_FILL, "inputmode": "url", "placeholder": "https://jira.example.com"}
        ),
    )
    verify_tls = forms.BooleanField(
        label=_("Verify TLS / SSL certificates"),
        required=False,
        initial=True,
        help_text=_(
            "Switched off, anybody between this console and Jira can read the credentials. Better: "
            "paste the CA bundle below. Switching off ends by itself after 30 days."
        ),
    )
    ca_bundle = forms.CharField(
        label=_("CA bundle"),
        required=False,
        max_length=200_000,
        help_text=_("The certificate of your own authority, as PEM text."),
        widget=forms.Textarea(attrs={"rows": 4, **_NO_FILL, "class": "font-monospace"}),
    )
    fingerprint = forms.CharField(
        label=_("Certificate fingerprint (SHA-256)"),
        required=False,
        max_length=120,
        help_text=_("Trust exactly this certificate, whoever issued it."),
        widget=forms.TextInput(attrs={**_NO_FILL, "class": "font-monospace"}),
    )
    api_url = forms.CharField(
        label=_("Internal API URL"),
        required=False,
        max_length=500,
        help_text=_("Only if this console must call Jira at another address than people do."),
        widget=forms.TextInput(attrs={**_NO_FILL, "inputmode": "url"}),
    )
    method = AuthMethod.OAUTH1.value

    def __init__(self, *args: Any, connection: Connection | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.connection = connection
        self.values: dict[str, Any] = {}

    @property
    def basic_fields(self) -> list[forms.BoundField]:
        return [field for field in self.visible_fields() if field.name not in ADVANCED]

    @property
    def advanced_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in ADVANCED]

    @property
    def shows_advanced(self) -> bool:
        """Open where something there is wrong, or is not as it is by default."""
        if self.is_bound:
            return "advanced" in self.data or any(name in self.errors for name in ADVANCED)
        initial = self.initial
        unusual = any(initial.get(name) for name in ("ca_bundle", "fingerprint", "api_url"))
        return unusual or initial.get("verify_tls") is False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        asked: tuple[str, ...] = ("name", "base_url", *ADVANCED)
        asked += ("username",) if "username" in self.fields else ()
        found = {name: data[name] for name in asked if name in data}
        try:
            self.values = editing.cleaned(found) | {"auth_method": self.method}
        except Refused as refused:
            self.blame(refused)
        return data

    def blame(self, refused: Refused) -> None:
        """Put a verb's refusal beside the fields it names, or above the form."""
        for name, sentences in refused.fields.items():
            place = {"secret": "password" if "password" in self.fields else "token"}.get(name, name)
            for sentence in sentences:
                self.add_error(place if place in self.fields else None, sentence)
        if not refused.fields:
            self.add_error(None, refused.message)


class WithSecret(ConnectionForm):
    """A form that also asks for a secret."""

    secret_name = ""
    field_order = ["name", "base_url", "username", "password", "token", *ADVANCED]

    def __init__(self, *args: Any, connection: Connection | None = None, **more: Any) -> None:
        super().__init__(*args, connection=connection, **more)
        field = self.fields[self.secret_name]
        # Optional only where a stored one may stay; `clean` judges whether it may.
        if connection is not None and connection.auth_method == self.method:
            field.required = credentials.stored(connection) is None
        else:
            field.required = True
        field.error_messages["required"] = _("Enter the password or token.")

    def credential(self) -> Credential | None:
        """What was typed, or None where the stored secret stays."""
        text = self.cleaned_data.get(self.secret_name, "")
        if not text:
            return None
        username = self.cleaned_data.get("username", "")
        return Credential(self.method, Secret(text), username)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
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
        widget=forms.TextInput(attrs=_NO_FILL),
    )
    password = forms.CharField(
        label=_("Password"),
        required=False,
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
        help_text=_(
            "Data Center 8.14 and later: profile picture → Profile → Personal Access Tokens."
        ),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    method = AuthMethod.PAT.value
    secret_name = "token"  # noqa: S105 - the field's name


FORMS: dict[str, type[ConnectionForm]] = {
    AuthMethod.OAUTH1.value: ConnectionForm,
    AuthMethod.BASIC.value: BasicForm,
    AuthMethod.PAT.value: TokenForm,
}


class SecretForm(forms.Form):
    """ "Re-authenticate" by user name and password, or by token."""

    username = forms.CharField(
        label=_("Username"), max_length=255, widget=forms.TextInput(attrs=_NO_FILL)
    )
    password = forms.CharField(
        label=_("Password"),
        strip=False,
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

    def credential(self) -> Credential:
        return Credential(
            self.connection.auth_method,
            Secret(self.cleaned_data["password"]),
            self.cleaned_data.get("username", ""),
        )

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
