"""What is done to people: add, invite again, change role, switch off and on.

One rule stands above all: an active admin who can do the rest must remain.
"""

from __future__ import annotations

from allauth.mfa.models import Authenticator
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from accounts import audit, one_time_links, revocation
from accounts.models import LinkPurpose, Role, User
from almconnect.lib.api import Refused


@transaction.atomic
def add_person(
    *, actor: User | None, username: str, role: str, full_name: str = "", email: str = ""
) -> User:
    """A new person, who cannot sign in before an invitation is taken up.

    Raises Refused (422) with the field at fault, among them a name that is taken.
    """
    person = User(username=username.strip(), role=role, email=email.strip())
    person.first_name, _space, person.last_name = full_name.strip().partition(" ")
    person.set_unusable_password()
    try:
        person.full_clean()
        with transaction.atomic():
            person.save()
    except ValidationError as problem:
        raise Refused(_("Some fields cannot be accepted."), fields=_fields(problem)) from problem
    except IntegrityError as problem:
        words = {"username": [_("A person of this name exists.")]}
        raise Refused(_("Some fields cannot be accepted."), fields=words) from problem
    audit.record("person.added", actor=actor, target=person, after={"role": role})
    return person


def _fields(problem: ValidationError) -> dict[str, list[str]]:
    names = {"first_name": "full_name", "last_name": "full_name"}
    return {names.get(name, name): words for name, words in problem.message_dict.items()}


@transaction.atomic
def invite(*, actor: User, person: User) -> str:
    """A fresh invitation's address; earlier ones of this person die.

    Refused for a person switched off, and for whoever has signed in before: an invitation signs in, and
    would lead past the second factor that they may have set up since.
    """
    _switched_on(person)
    if person.last_login is not None:
        raise Refused(
            _("%(person)s has signed in before and needs no invitation. Give a new password link.")
            % {"person": person},
            code="signed_in_before",
            status=409,
        )
    audit.record("person.invited", actor=actor, target=person)
    return one_time_links.issue(LinkPurpose.INVITE, person)


@transaction.atomic
def offer_password(*, actor: User, person: User) -> str:
    """An address at which a person chooses another password. It signs nobody in: that goes the usual way,
    second factor and all.
    """
    _switched_on(person)
    audit.record("person.password_link_made", actor=actor, target=person)
    return one_time_links.issue(LinkPurpose.PASSWORD, person)


def _switched_on(person: User) -> None:
    if not person.is_active:
        raise Refused(_("Switch this person on before inviting them."), code="inactive", status=409)


@transaction.atomic
def choose_password(person: User, password: str, *, action: str) -> None:
    """Set it; what was begun with the old one ends: sessions, tokens, other links."""
    person.set_password(password)
    person.save(update_fields=["password"])
    revocation.end_sessions(person)
    revocation.end_links(person)
    audit.record(
        action, actor=person, target=person, after={"revoked": revocation.end_tokens(person)}
    )


@transaction.atomic
def change_role(*, actor: User | None, person: User, role: str) -> User:
    """Another role. Tokens that would now hold more than their person are revoked."""
    person = _locked(person)
    if role == person.role:
        return person
    if role != Role.ADMIN:
        _keep_an_admin(person)
    before, person.role = person.role, Role(role).value
    person.save(update_fields=["role"])
    cut = revocation.end_tokens(person, Role(role).covered)
    audit.record(
        "person.role_changed",
        actor=actor,
        target=person,
        before={"role": before},
        after={"role": person.role, "revoked": cut},
    )
    return person


@transaction.atomic
def switch(*, actor: User, person: User, active: bool) -> User:
    """Let a person in or keep them out, at once: sessions, tokens and open links end, for good."""
    person = _locked(person)
    if active == person.is_active:
        return person
    if not active:
        _keep_an_admin(person)
        revocation.end_sessions(person)
        revocation.end_tokens(person)
        revocation.end_links(person)
    person.is_active = active
    person.save(update_fields=["is_active"])
    action = "person.activated" if active else "person.deactivated"
    audit.record(action, actor=actor, target=person)
    return person


@transaction.atomic
def drop_second_step(*, actor: User | None, person: User) -> None:
    """For a lost phone or passkey: the password alone signs in, until the person sets it up again."""
    gone, _kinds = Authenticator.objects.filter(user=person).delete()
    if gone:
        audit.record("person.second_factor_dropped", actor=actor, target=person)


def _locked(person: User) -> User:
    """The person, read again while every admin's row is held, so that two demotions queue."""
    list(User.objects.select_for_update().filter(role=Role.ADMIN).order_by("pk"))
    return User.objects.select_for_update().get(pk=person.pk)


def _keep_an_admin(person: User) -> None:
    others = User.objects.filter(role=Role.ADMIN, is_active=True).exclude(pk=person.pk)
    if person.role == Role.ADMIN and person.is_active and not others.exists():
        raise Refused(
            _("This is the last active admin. Make someone else an admin first."),
            code="last_admin",
            status=409,
        )
