"""`{% endings connection as ending %}`: what of a connection ends soon. Reads no row by itself."""

from __future__ import annotations

from django import template

from connections.health import expiry
from connections.models import Connection

register = template.Library()


@register.simple_tag
def endings(connection: Connection) -> list[expiry.Warning]:
    """What ends within 30 days or has ended; certificates that are off now have their own banner."""
    off = not connection.checks_tls
    return [one for one in expiry.warnings_of(connection) if not (off and one.kind == "tls_off")]
