"""The pages of allauth that this console uses, and no other: no sign-up, no e-mail.

Each gets our own declaration of who may open it, so that the route test knows it like any page.
"""

from __future__ import annotations

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from accounts import passkeys, single_sign_on
from accounts.access import READ, View, needs, public
from accounts.reauthentication import reconfirmed

signed_in = needs(READ)


def freshly(view: View) -> View:
    """For whoever said a moment ago who they are: these change how a person signs in, or show how."""
    return signed_in(reconfirmed()(view))


urlpatterns = [
    path("login/", public(account.login), name="account_login"),
    path("logout/", public(account.logout), name="account_logout"),
    path("sign-on/", single_sign_on.begin, name="sign_on"),
    path("sign-on/callback/", single_sign_on.finish, name="sign_on_callback"),
    path("sign-on/confirm/", single_sign_on.confirm, name="sign_on_confirm"),
    path("inactive/", public(account.account_inactive), name="account_inactive"),
    path("reauthenticate/", signed_in(account.reauthenticate), name="account_reauthenticate"),
    path("password/change/", freshly(account.password_change), name="account_change_password"),
    path("password/set/", freshly(account.password_set), name="account_set_password"),
    path("2fa/", signed_in(mfa.index), name="mfa_index"),
    # The second step of signing in: allauth itself asks for the first.
    path("2fa/authenticate/", public(mfa.authenticate), name="mfa_authenticate"),
    path("2fa/reauthenticate/", signed_in(mfa.reauthenticate), name="mfa_reauthenticate"),
    path("2fa/totp/activate/", freshly(totp.activate_totp), name="mfa_activate_totp"),
    path("2fa/totp/deactivate/", freshly(totp.deactivate_totp), name="mfa_deactivate_totp"),
    # A passkey in place of name, password and second step; and the care for passkeys.
    path("2fa/passkeys/sign-in/", public(webauthn.login_webauthn), name="mfa_login_webauthn"),
    path("2fa/passkeys/add/", freshly(webauthn.add_webauthn), name="mfa_add_webauthn"),
    path(
        "2fa/passkeys/confirm/",
        signed_in(passkeys.confirm_by_passkey),
        name="mfa_reauthenticate_webauthn",
    ),
    path(
        "2fa/passkeys/<int:pk>/rename/",
        freshly(passkeys.rename_passkey),
        name="mfa_rename_webauthn",
    ),
    path(
        "2fa/passkeys/<int:pk>/remove/",
        freshly(passkeys.remove_passkey),
        name="mfa_remove_webauthn",
    ),
    path(
        "2fa/recovery-codes/",
        freshly(recovery.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/",
        freshly(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        freshly(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
