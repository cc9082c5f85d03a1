"""The forms of people, tokens, profile and first entrance. They check shape; the verbs decide."""

from __future__ import annotations

import zoneinfo
from typing import Any

from django import forms
from django.contrib.auth import password_validation
from django.utils.translation import gettext_lazy as _

from accounts.models import ApiToken, Role, User

NEW = {"autocomplete": "new-password"}


class ChosenPassword(forms.Form):
    """A password, twice, judged by the site's validators against the person it is for."""

    password1 = forms.CharField(
        label=_("Password"),
        strip=False,
        widget=forms.PasswordInput(attrs=NEW),
        help_text=_("At least 8 characters, not a common password, not only digits."),
    )
    password2 = forms.CharField(
        label=_("Password again"), strip=False, widget=forms.PasswordInput(attrs=NEW)
    )

    def __init__(self, *args: Any, person: User | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.person = person

    def judged(self) -> User:
        """Whom the password is for."""
        return self.person or User()

    def clean(self) -> dict[str, Any]:
        values = super().clean() or {}
        first, second = values.get("password1"), values.get("password2")
        if first and second and first != second:
            self.add_error("password2", _("The two passwords differ."))
        elif first:
            try:
                password_validation.validate_password(first, self.judged())
            except forms.ValidationError as problem:
                self.add_error("password1", problem)
        return values


class FirstAdmin(ChosenPassword):
    """Who will run this console."""

    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        initial="admin",
        widget=forms.TextInput(attrs={"autocomplete": "username", "autocapitalize": "none"}),
    )
    full_name = forms.CharField(label=_("Full name"), max_length=200, required=False)

    field_order = ["username", "full_name", "password1", "password2"]

    def judged(self) -> User:
        return User(username=self.cleaned_data.get("username", ""))


class NewPerson(forms.Form):
    username = forms.CharField(
        label=_("User name"),
        max_length=150,
        help_text=_("Letters, digits and @ . + - _ only. It signs them in."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "none"}),
    )
    full_name = forms.CharField(label=_("Full name"), max_length=200, required=False)
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices, initial=Role.VIEWER)


class RoleChoice(forms.Form):
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class NewToken(forms.Form):
    name = forms.CharField(
        label=_("Name"),
        max_length=100,
        help_text=_("What will use it, for example “Nightly import”."),
    )
    role = forms.ChoiceField(
        label=_("Role"), help_text=_("The least that does the job. Never more than your own.")
    )

    days = forms.IntegerField(
        label=_("Ends after (days)"),
        min_value=1,
        max_value=ApiToken.MOST_DAYS,
        initial=ApiToken.DAYS,
        required=False,
        help_text=_("A year at most. Make the next one before, and change it where it is used."),
    )

    def clean_days(self) -> int:
        return self.cleaned_data["days"] or ApiToken.DAYS

    def __init__(self, *args: Any, person: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        role = self.fields["role"]
        assert isinstance(role, forms.ChoiceField)  # noqa: S101  (tells the type checker)
        role.choices = [pair for pair in Role.choices if pair[0] in person.grants]


def zone_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(zoneinfo.available_timezones())]


class Profile(forms.Form):
    full_name = forms.CharField(label=_("Full name"), max_length=200, required=False)
    time_zone = forms.ChoiceField(
        label=_("Time zone"), choices=zone_choices, help_text=_("Dates and times are shown in it.")
    )
