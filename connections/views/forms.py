"""The wizard's forms. Each field's rule is the verb's own (`settings_editing.cleaned`,
`credentials.check`): a form only asks, and puts the verb's sentence beside the field.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from almconnect.lib.api import Refused
from connections.access import gateway
from connections.address import instance, proxies, typed_outer_credentials
from connections.credentials.credentials import Credential
from connections.models import AuthMethod, Connection
from connections.oauth import sign_in_methods
from connections.probes.instance_probe import Look
from connections.setup import settings_editing
from jira_client.flavour import Flavour

_OUTER = (
    "proxy_username", "proxy_password", "client_certificate", "client_key", "client_key_passphrase",
    "extra_headers",
)  # fmt: skip
ADVANCED = ("verify_tls", "ca_bundle", "fingerprint", "api_url", "proxy_url", *_OUTER)
_SIGN_IN = ("username", "password", "token", "client_secret", "secret_expires")
LOOKED = ("base_url", *ADVANCED)  # what a look at the instance needs
NO_FILL = {"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}


class UnseenText(forms.Textarea):
    """A secret of several lines: what was typed is not put on a page again."""

    def format_value(self, value: Any) -> str:
        return ""


class HeaderLines(forms.Textarea):
    """Names are shown again, and whether a value is stored; the values that were typed are not."""

    def format_value(self, value: Any) -> str:
        lines = [line.partition(":") for line in str(value or "").splitlines() if line.strip()]
        return "\n".join(
            f"{name}: {text.strip() if not text.strip().strip('•') else ''}"
            for name, colon, text in lines
            if colon  # else it may be a value that stands alone
        )


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
        max_length=settings_editing.LONGEST_NAME,
        help_text=_("A friendly name, such as Jira of Railways."),
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    base_url = forms.CharField(
        label=_("Instance URL"),
        max_length=500,
        strip=False,
        help_text=_("The address of Jira as people open it. Paste any of its pages; we trim it."),
        widget=forms.TextInput(
            attrs={**NO_FILL, "inputmode": "url", "placeholder": "https://jira.example.com"}
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
        widget=forms.Textarea(attrs={"rows": 4, **NO_FILL, "class": "font-monospace"}),
    )
    fingerprint = forms.CharField(
        label=_("Certificate fingerprint (SHA-256)"),
        required=False,
        max_length=120,
        help_text=_("Trust exactly this certificate, whoever issued it."),
        widget=forms.TextInput(attrs={**NO_FILL, "class": "font-monospace"}),
    )
    api_url = forms.CharField(
        label=_("Internal API URL"),
        required=False,
        max_length=500,
        help_text=_("Only if this console must call Jira at another address than people do."),
        widget=forms.TextInput(attrs={**NO_FILL, "inputmode": "url"}),
    )
    proxy_url = forms.CharField(
        label=_("Proxy"),
        required=False,
        max_length=500,
        strip=False,
        help_text=_(
            "Only if this console reaches Jira through an HTTP proxy, such as "
            "http://proxy.example.com:3128. Another proxy asks for the credential again."
        ),
        widget=forms.TextInput(attrs={**NO_FILL, "inputmode": "url"}),
    )
    proxy_username = forms.CharField(
        label=_("User name at the proxy"),
        required=False,
        max_length=255,
        help_text=_("Only if the proxy wants a login. It is told to the proxy alone."),
        widget=forms.TextInput(attrs=NO_FILL),
    )
    proxy_password = forms.CharField(
        label=_("Password at the proxy"),
        required=False,
        max_length=1000,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    client_certificate = forms.CharField(
        label=_("Client certificate"),
        required=False,
        max_length=100_000,
        help_text=_(
            "Only if the server before Jira lets nobody in without one (mutual TLS): the certificate as "
            "PEM text, with the certificates in between."
        ),
        widget=forms.Textarea(attrs={"rows": 4, **NO_FILL, "class": "font-monospace"}),
    )
    client_key = forms.CharField(
        label=_("Private key of the client certificate"),
        required=False,
        max_length=50_000,
        help_text=_("PEM text, from BEGIN PRIVATE KEY to END PRIVATE KEY. It is sealed."),
        widget=UnseenText(attrs={"rows": 4, **NO_FILL, "class": "font-monospace"}),
    )
    client_key_passphrase = forms.CharField(
        label=_("Passphrase of the private key"),
        required=False,
        max_length=1000,
        strip=False,
        help_text=_("Only if the key is encrypted. It is used once and not kept."),
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    extra_headers = forms.CharField(
        label=_("Extra headers"),
        required=False,
        max_length=25_000,
        help_text=_(
            "Only if an access proxy before Jira lets programs in by headers of its own: one a line, as "
            "“Name: value”, five at most. A value that is stored shows as dots; leave it, or type over it."
        ),
        widget=HeaderLines(attrs={"rows": 3, **NO_FILL, "class": "font-monospace"}),
    )
    key_bits = forms.ChoiceField(
        label=_("OAuth key size"),
        required=False,
        choices=[(2048, _("2048 bits")), (3072, _("3072 bits: stronger, and slower to sign"))],
        help_text=_("Of the key pair that is made here; its private half never leaves."),
    )
    method = AuthMethod.OAUTH1.value

    def __init__(self, *args: Any, connection: Connection | None = None, **more: Any) -> None:
        super().__init__(*args, **more)
        self.connection = connection
        if self.method != AuthMethod.OAUTH1 or (connection and connection.public_key):
            del self.fields["key_bits"]
        if connection is not None and connection.proxy_username:
            self.fields["proxy_password"].help_text = _("Leave it empty to keep the stored one.")
        if connection is not None and connection.client_certificate:
            self.fields["client_key"].help_text = _("Leave it empty to keep the stored one.")
        self.values: dict[str, Any] = {}
        self.looked: dict[str, Any] = {}

    @property
    def advanced_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in (*ADVANCED, "key_bits") if name in self.fields]

    @property
    def shows_advanced(self) -> bool:
        """Open where something there is wrong, or is not as it is by default."""
        if self.is_bound:
            return "advanced" in self.data or any(name in self.errors for name in ADVANCED)
        initial = self.initial
        unusual = any(initial.get(name) for name in ADVANCED[1:])
        return unusual or initial.get("verify_tls") is False

    @property
    def address_fields(self) -> list[forms.BoundField]:
        """What says where Jira is: all that a look needs."""
        return [self["name"], self["base_url"]]

    @property
    def sign_in_fields(self) -> list[forms.BoundField]:
        return [self[name] for name in _SIGN_IN if name in self.fields]

    def notes(self) -> list[str]:
        """What was trimmed of the values as they were typed, in sentences."""
        found: list[str] = []
        for name in ("base_url", "api_url"):
            text = self.data.get(name, "")
            found += instance.trim(text).notes if text.strip() else ()
        text = self.data.get("proxy_url", "")
        found += proxies.trim(text).notes if text.strip() else ()
        for name in ("name", "username"):
            typed, kept = self.data.get(name, ""), self.values.get(name)
            kept = self.cleaned_data.get(name, "") if kept is None else kept
            if name in self.fields and typed != kept:
                label = self.fields[name].label
                found.append(_("Spaces around “%(field)s” were removed.") % {"field": label})
        return found + self.secret_notes()

    def secret_notes(self) -> list[str]:
        """The same of a secret, which is not shown again."""
        return []

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        asked: tuple[str, ...] = ("name", "base_url", *ADVANCED)
        asked += ("username",) if "username" in self.fields else ()
        found = {name: data[name] for name in asked if name in data}
        try:
            self.values = self._judged(found)
        except Refused as refused:
            self.blame(refused)
        return data

    def only(self, names: tuple[str, ...]) -> None:
        """Judge these fields alone: what else is empty yet is no error of a look. Fills `looked`."""
        for name in set(self.errors) - set(names):
            del self.errors[name]
        if not self.errors:
            found = {name: self.cleaned_data[name] for name in names}
            self.looked = self._judged(found)

    def _judged(self, found: dict[str, Any]) -> dict[str, Any]:
        """What was typed in these fields, as the verbs take it. Raises Refused, a sentence per field."""
        if "extra_headers" in found:
            found["extra_headers"] = typed_outer_credentials.headers_of(found["extra_headers"])
        judged = settings_editing.cleaned(found)
        # What is lacking beside what is stored is known only against the connection itself.
        settings_editing.preview(self.connection or Connection(), judged)
        return judged | {"auth_method": self.method}

    def changes_the_way(self) -> bool:
        """Whether Jira would be reached otherwise than now, or signed in to otherwise."""
        now = self.connection
        if now is None:
            return True
        plain = [name for name in LOOKED if name not in ("verify_tls", *_OUTER)]
        moved = any(self.values[name] != getattr(now, name) for name in plain)
        moved = moved or settings_editing.shows_otherwise(now, self.values)
        return (
            moved or now.auth_method != self.method or self.values["verify_tls"] != now.checks_tls
        )

    def credential(self) -> Credential | None:
        """What was typed to sign in with; None where no secret is asked for."""
        return None

    def known_flavour(self) -> Flavour | None:
        """The table of the Jira that this connection looked at last, if its address is kept."""
        return gateway.flavour_of(self.connection) if self.connection else None

    def blame_look(self, found: Look) -> bool:
        """Put what the look found against this form beside its field. Whether there was anything."""
        if (found.of_the_address or found.of_the_proxy) and found.failed:
            called = "api_url" if self.values.get("api_url") else "base_url"
            called = "proxy_url" if found.of_the_proxy else called
            self.add_error(called, f"{found.failed.message} {found.failed.remedy}")
        elif refused := sign_in_methods.refusal(self.method, found.flavour):
            self.add_error("token" if "token" in self.fields else None, refused)
        return bool(self.errors)

    def blame(self, refused: Refused) -> None:
        """Put a verb's refusal beside the fields it names, or above the form."""
        for name, sentences in refused.fields.items():
            place = getattr(self, "secret_name", "") if name == "secret" else name
            for sentence in sentences:
                self.add_error(place if place in self.fields else None, sentence)
        if not refused.fields:
            self.add_error(None, refused.message)
