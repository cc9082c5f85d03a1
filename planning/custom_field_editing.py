"""Adding a field of the customer's choice to the board, and removing one that no project maps."""

from __future__ import annotations

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit
from accounts.models import User
from almconnect.lib.api import Refused
from connections.models import MappedProject
from planning import rules
from planning.models import CustomField
from planning.rules import Unfit

LONGEST_NAME = 100


def add_field(*, actor: User | None, name: str, kind: str) -> CustomField:
    """The new field. `kind`: one of FieldKind. Raises Refused: 422 for a name that does not fit, 409 for
    one that is taken.
    """
    try:
        clean = rules.text(name, LONGEST_NAME)
    except Unfit as problem:
        raise Refused(str(problem), fields={"name": [str(problem)]}) from problem
    if not clean:
        words = _("Give the field a name.")
        raise Refused(words, fields={"name": [words]})
    try:
        with transaction.atomic():
            row = CustomField.objects.create(name=clean, kind=kind)
    except IntegrityError as problem:
        words = _("There is a field “%(name)s” already.") % {"name": clean}
        raise Refused(words, code="name_taken", status=409, fields={"name": [words]}) from problem
    audit.record("field.added", actor=actor, target=row, after={"name": clean, "kind": kind})
    return row


def remove_field(field: CustomField, *, actor: User | None) -> None:
    """What items hold in it is shown no more. Raises Refused (409) while a project maps it."""
    users = MappedProject.objects.filter(field_map__has_key=field.word)
    if keys := ", ".join(users.values_list("key", flat=True)):
        words = _("%(name)s is mapped by %(keys)s: take its pair out there first.")
        raise Refused(words % {"name": field.name, "keys": keys}, code="mapped", status=409)
    audit.record("field.removed", actor=actor, target=field, before={"name": field.name})
    field.delete()
