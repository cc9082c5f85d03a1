"""Who may come in by single sign-on, and as whom.

Known by issuer and `sub`, never by name. Somebody's account is theirs by e-mail only where the provider
says that it checked the e-mail; an unchecked one opens nothing.
"""

from __future__ import annotations

from typing import Any

import structlog
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.helpers import complete_social_login
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.socialaccount.providers.base.constants import AuthError
from django.conf import settings
from django.db import IntegrityError, transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from requests import HTTPError, JSONDecodeError

from accounts import audit, people, sign_on_rules
from accounts.bounded_calls import BoundedSession, Unreachable
from accounts.models import Role, User
from accounts.provider import Untrusted, configured
from almconnect.lib.api import Refused

log = structlog.get_logger(__name__)


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]  # allauth ships no types
    def list_apps(
        self, request: Any, provider: Any = None, client_id: Any = None
    ) -> list[SocialApp]:
        app = configured()
        asked = {None, app.provider, app.provider_id} if app else set()
        return [app] if app and provider in asked and client_id in (None, app.client_id) else []

    def get_requests_session(self) -> BoundedSession:
        return BoundedSession()

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return True

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Ties a person of this console to the provider's, or refuses. Raises ImmediateHttpResponse."""
        email, checked = _email(sociallogin)
        if reason := sign_on_rules.refusal(sociallogin.groups, email if checked else ""):
            raise _stop(request, reason)
        if sociallogin.is_existing:
            self._follow(sociallogin)
            return
        sociallogin.email_addresses = []  # allauth's own rows of e-mails: no e-mail signs in here
        sociallogin.user.email = email if checked else ""
        if not User.objects.filter(role=Role.ADMIN, is_active=True).exists():
            raise _stop(request, _("This console is not set up yet: it has no admin."))
        owners = list(User.objects.filter(email__iexact=email)[:2]) if email else []
        if not owners:
            return
        if not checked:
            raise _stop(
                request,
                _(
                    "Somebody here has your e-mail, but the provider does not say that it checked it."
                    " Sign in with your password, or ask an admin of this console."
                ),
            )
        if len(owners) > 1:
            raise _stop(
                request, _("Several people here have your e-mail. Ask an admin to mend that.")
            )
        if not owners[0].is_active:
            raise ImmediateHttpResponse(redirect("account_inactive"))
        self._tie(request, sociallogin, owners[0])
        self._follow(sociallogin)

    def is_auto_signup_allowed(self, request: HttpRequest, sociallogin: Any) -> bool:
        return True

    def save_user(self, request: HttpRequest, sociallogin: Any, form: Any = None) -> User:
        """A new row. Raises ImmediateHttpResponse where another browser of theirs was first."""
        try:
            return self._add(request, sociallogin)
        except IntegrityError:
            _signed_in_meanwhile(request, sociallogin)
        # The name alone was taken, by somebody else and in this moment: another name is found.
        sociallogin.user.username = ""
        return self._add(request, sociallogin)

    @transaction.atomic
    def _add(self, request: HttpRequest, sociallogin: Any) -> User:
        role = sign_on_rules.role_of(sociallogin.groups)
        sociallogin.user.role = role or settings.OIDC_ROLE
        person: User = super().save_user(request, sociallogin, None)
        after = {"role": person.role, "by": "single_sign_on"}
        audit.record("person.added", actor=person, target=person, after=after)
        return person

    def _follow(self, sociallogin: Any) -> None:
        """The role that the provider's groups give, where they give any. The last admin stays one."""
        person, role = sociallogin.user, sign_on_rules.role_of(sociallogin.groups)
        if role is None or role == person.role or not person.is_active:
            return
        try:
            person.role = people.change_role(actor=None, person=person, role=role).role
        except Refused as problem:
            log.warning("single_sign_on_role_kept", person=str(person.pk), reason=problem.message)

    def _tie(self, request: HttpRequest, sociallogin: Any, owner: User) -> None:
        unsaved = sociallogin.user
        try:
            with transaction.atomic():
                sociallogin.connect(request, owner)
                audit.record("person.sign_on_linked", actor=owner, target=owner)
        except IntegrityError:
            sociallogin.user = unsaved
            _signed_in_meanwhile(request, sociallogin)
            raise

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """Words of the provider, cut to what our columns hold."""
        words = {name: str(value)[:150] for name, value in data.items() if value}
        person: User = super().populate_user(request, sociallogin, words)
        return person

    def on_authentication_error(
        self,
        request: HttpRequest,
        provider: Any,
        error: Any = None,
        exception: Exception | None = None,
        extra_context: Any = None,
    ) -> None:
        raise ImmediateHttpResponse(refused(request, error, exception))


def refused(request: HttpRequest, error: Any, exception: Exception | None) -> HttpResponse:
    """The page for what went wrong between us and the provider; a line in the log for its operator."""
    reason = _reason(request, error, exception)
    log.warning("single_sign_on_failed", kind=type(exception).__name__, reason=reason)
    return _trouble(request, reason)


def _trouble(request: HttpRequest, reason: str) -> HttpResponse:
    """The page that says why a single sign-on failed and how to get in nevertheless."""
    words = {"reason": reason, "provider": settings.OIDC_NAME}
    return render(request, "account/sign_on_trouble.html", words, status=401)


def _stop(request: HttpRequest, reason: str) -> ImmediateHttpResponse:
    return ImmediateHttpResponse(_trouble(request, reason))


def _signed_in_meanwhile(request: HttpRequest, sociallogin: Any) -> None:
    """Sign in the person whom another of their browsers has just brought in: that one told the trail.

    Raises ImmediateHttpResponse with the way in; returns where nobody came first.
    """
    same = {"provider": sociallogin.account.provider, "uid": sociallogin.account.uid}
    if SocialAccount.objects.filter(**same).exists():
        raise ImmediateHttpResponse(complete_social_login(request, sociallogin))


def _email(sociallogin: Any) -> tuple[str, bool]:
    """The e-mail that the provider names, and whether it says (true, nothing else) that it checked it."""
    for address in sociallogin.email_addresses:
        return address.email, address.verified is True
    return "", False


def _reason(request: HttpRequest, error: Any, exception: Exception | None) -> str:
    if error == AuthError.CANCELLED:
        return _("You were refused there, or stopped it.")
    if isinstance(exception, Unreachable | Untrusted):
        return str(exception)
    if isinstance(exception, JSONDecodeError):
        return _("It answered with something that is no JSON.")
    if isinstance(exception, HTTPError) and exception.response is not None:
        return _("It answered with status %(status)s.") % {"status": exception.response.status_code}
    if exception is not None:
        return _("It did not hand over who you are; the client’s id or secret may be wrong.")
    if "error" in request.GET:
        return _("It refused the sign-in. Its own log says why.")
    return _("This sign-in was begun in another browser, used already, or left for ten minutes.")
