"""Forms of passkeys in plain words, and the page that asks for one once more.

allauth does the ceremony (https://www.w3.org/TR/webauthn-3/). What a browser sends here is a machine's
word: malformed, it is refused like a wrong passkey, and is no fault of ours.
"""

from __future__ import annotations

from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn import forms as ceremony
from allauth.mfa.webauthn.views import (
    EditWebAuthnView,
    ReauthenticateWebAuthnView,
    RemoveWebAuthnView,
)
from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import transaction
from django.http import HttpResponse
from django.urls import reverse_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import audit

# What the ceremony's parsers raise for missing and wrongly typed parts, besides their own refusals.
MALFORMED = (KeyError, TypeError, ValueError, AttributeError)


def _refusal() -> ValidationError:
    return ValidationError(
        _(
            "This passkey was not accepted. It may belong to another address or person, or the page"
            " was open for too long. Load the page again and try once more."
        ),
        code="passkey_refused",
    )


class AddPasskey(ceremony.AddWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """`passwordless`: the passkey signs in alone, after a PIN or fingerprint; else after the password."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _describe(self.fields["name"])
        alone = self.fields["passwordless"]
        alone.label, alone.initial = _("Sign in with it alone, without password"), True
        alone.help_text = _("Asks for the PIN, face or fingerprint of the device each time.")

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except ValidationError as problem:
            raise _refusal() from problem
        except MALFORMED as problem:
            raise _refusal() from problem
        return cleaned


def _describe(name: forms.Field) -> None:
    name.label = _("Name")
    name.validators.append(MaxLengthValidator(100))
    name.help_text = _("So that you tell it from others: the device or key that holds it.")


class RenamePasskey(ceremony.EditWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """Another name; nothing else of a passkey can change."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _describe(self.fields["name"])

    @transaction.atomic
    def save(self) -> Authenticator:
        before, person = self.initial["name"], self.instance.user
        renamed: Authenticator = super().save()
        after = renamed.wrap().name
        if after != before:
            audit.record(
                "person.second_factor_renamed",
                actor=person,
                target=person,
                before={"name": before},
                after={"kind": str(renamed.type), "name": after},
            )
        return renamed


class _Proof(ceremony.AuthenticateWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    credential = forms.JSONField(
        widget=forms.HiddenInput,
        error_messages={
            "required": gettext_lazy("No passkey was used. Press “Use a passkey”."),
            "invalid": gettext_lazy("The browser sent no passkey that can be read. Try again."),
        },
    )

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()
        except ValidationError as problem:
            if problem.code == "too_many_login_attempts":
                raise
            raise _refusal() from problem
        except MALFORMED as problem:
            raise _refusal() from problem


class SecondStep(_Proof):
    """After the password."""


class SignIn(_Proof, ceremony.LoginWebAuthnForm):  # type: ignore[misc]  # allauth ships no types
    """Without a password: the passkey says who it is."""


class Confirmation(_Proof, ceremony.ReauthenticateWebAuthnForm):  # type: ignore[misc]  # as above
    """Once more, before credentials are touched."""


class ConfirmByPasskey(ReauthenticateWebAuthnView):  # type: ignore[misc]  # allauth ships no types
    def form_invalid(self, form: Confirmation) -> HttpResponse:
        """The page again, with the reason; allauth's own would lead away from what was wanted."""
        page: HttpResponse = self.render_to_response({**self.get_context_data(), "form": form})
        return page


class Rename(EditWebAuthnView):  # type: ignore[misc]  # allauth ships no types
    def form_valid(self, form: RenamePasskey) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        messages.success(self.request, _("Passkey renamed."))
        return answer


confirm_by_passkey = ConfirmByPasskey.as_view()
rename_passkey = Rename.as_view(success_url=reverse_lazy("mfa_index"))
remove_passkey = RemoveWebAuthnView.as_view(success_url=reverse_lazy("mfa_index"))
