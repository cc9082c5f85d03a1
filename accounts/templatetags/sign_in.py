"""What pages of signing in need of the settings: `{% load sign_in %}`."""

from __future__ import annotations

import json

from django import template
from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder

from accounts import second_factor

register = template.Library()


@register.filter
def as_json(value: object) -> str:
    """What a script reads from a `data-…` attribute: `data-options="{{ options|as_json }}"`."""
    return json.dumps(value, cls=DjangoJSONEncoder)


@register.simple_tag
def passkeys_work() -> bool:
    """Whether browsers offer passkeys at this console's address: `{% passkeys_work as passkeys %}`."""
    return second_factor.passkeys_work()


@register.simple_tag
def sign_on_name() -> str:
    """What people call the identity provider, empty while single sign-on is off."""
    return settings.OIDC_NAME if settings.OIDC_ISSUER else ""
