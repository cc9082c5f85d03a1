"""`{% endings connection as ending %}`: what of a connection ends soon; its client certificate in a line.

Reads no row by itself.
"""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

from connections.access import outer_credentials
from connections.health import expiry
from connections.models import Connection

register = template.Library()


@register.filter
def client_certificate(connection: Connection) -> str:
    """Whose the client certificate is and until when it is good, in one line."""
    facts = outer_credentials.facts_of(connection.client_certificate)
    words = _("%(subject)s, until %(day)s")
    return words % {"subject": facts.subject, "day": f"{facts.valid_until:%Y-%m-%d}"}


@register.simple_tag
def endings(connection: Connection) -> list[expiry.Warning]:
    """What ends within 30 days or has ended; certificates that are off now have their own banner."""
    off = not connection.checks_tls
    return [one for one in expiry.warnings_of(connection) if not (off and one.kind == "tls_off")]
