"""The identity provider of single sign-on (OpenID Connect), as allauth looks for it in this module.

allauth brings the dance; this adds what it leaves out: a nonce, the signature of every id_token, the
issuer's own name, and that the userinfo speaks of the same person.
https://openid.net/specs/openid-connect-core-1_0.html#IDTokenValidation
"""

from __future__ import annotations

import hashlib
import hmac
import time
from typing import Any

import jwt
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.models import SocialApp, SocialToken
from allauth.socialaccount.providers.base import ProviderException
from allauth.socialaccount.providers.openid_connect.provider import OpenIDConnectProvider
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import sign_on_rules

# Never "none", never the HMACs: whoever knows a public key could sign with those.
SIGNED_BY = [
    "RS256",
    "RS384",
    "RS512",
    "PS256",
    "PS384",
    "PS512",
    "ES256",
    "ES384",
    "ES512",
    "EdDSA",
]
LEEWAY = 60  # seconds that two clocks may differ
NEEDED = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Untrusted(ProviderException):  # type: ignore[misc]  # allauth ships no types
    """What the provider said cannot be believed. The message says why, and holds nothing of it."""


class Dance(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]  # allauth ships no types
    """`expected`: what `begin` kept for this sign-in: the nonce, and since when a person must have proven
    who they are (`again`, epoch seconds, or 0)."""

    expected: dict[str, Any] | None = None

    @property
    def openid_config(self) -> dict[str, Any]:
        config = super().openid_config
        if not isinstance(config, dict) or not all(isinstance(config.get(n), str) for n in NEEDED):
            raise Untrusted(_("Its discovery document lacks an endpoint."))
        # https://openid.net/specs/openid-connect-discovery-1_0.html#ProviderConfigurationValidation
        if config.get("issuer") != settings.OIDC_ISSUER:
            raise Untrusted(_("It names itself otherwise than ALMCONNECT_OIDC_ISSUER says."))
        return config

    def get_callback_url(self, request: HttpRequest, app: SocialApp) -> str:
        return callback_address()

    def complete_login(
        self, request: HttpRequest, app: SocialApp, token: SocialToken, **rest: Any
    ) -> Any:
        answer = rest["response"]
        if not isinstance(answer, dict) or not isinstance(answer.get("id_token"), str):
            raise Untrusted(_("Its answer holds no id_token."))
        claims = self._claims(app, answer["id_token"])
        if isinstance(self.openid_config.get("userinfo_endpoint"), str):
            about = self._fetch_user_info(token.token)
            if not isinstance(about, dict) or about.get("sub") != claims["sub"]:
                raise Untrusted(_("Its userinfo speaks of another person."))
            claims = {**claims, **about}
        arrived = self.get_provider().sociallogin_from_response(request, {"userinfo": claims})
        arrived.groups = sign_on_rules.groups_of(claims)
        return arrived

    def _claims(self, app: SocialApp, id_token: str) -> dict[str, Any]:
        """The id_token's claims, proven. Raises Untrusted, or requests' errors for its keys."""
        with get_adapter().get_requests_session() as session:
            answer = session.get(self.openid_config["jwks_uri"])
            answer.raise_for_status()
            known = answer.json()
        try:
            claims: dict[str, Any] = jwt.decode(
                id_token,
                key=_key(known, jwt.get_unverified_header(id_token).get("kid")),
                algorithms=SIGNED_BY,
                audience=app.client_id,
                issuer=settings.OIDC_ISSUER,
                leeway=LEEWAY,
                options={"require": ["iss", "aud", "sub", "exp", "iat"]},
            )
        except jwt.PyJWTError as problem:
            kind = type(problem).__name__
            raise Untrusted(
                _("Its id_token is not valid (%(kind)s).") % {"kind": kind}
            ) from problem
        self._as_begun(claims)
        if claims.get("azp", app.client_id) != app.client_id:
            raise Untrusted(_("Its id_token was made for another application."))
        return claims

    def _as_begun(self, claims: dict[str, Any]) -> None:
        expected = self.expected or {}
        nonce = str(expected.get("nonce") or "")
        if not nonce or not hmac.compare_digest(nonce, str(claims.get("nonce") or "")):
            raise Untrusted(_("Its id_token belongs to another sign-in."))
        again = expected.get("again") or 0
        proven = claims.get("auth_time")
        if again and not (isinstance(proven, int | float) and proven >= again - LEEWAY):
            raise Untrusted(_("It did not ask you again who you are."))


def _key(known: Any, kid: str | None) -> jwt.PyJWK:
    """The signing key of that name; the only one where the token names none."""
    keys = jwt.PyJWKSet.from_dict(known if isinstance(known, dict) else {"keys": []}).keys
    keys = [key for key in keys if key.public_key_use in (None, "sig")]
    named = [key for key in keys if key.key_id == kid] if kid is not None else keys
    if len(named) != 1:
        raise jwt.InvalidKeyError("no key of that name")
    return named[0]


class SingleSignOn(OpenIDConnectProvider):  # type: ignore[misc]  # allauth ships no types
    id = "single_sign_on"
    name = "Single sign-on"
    oauth2_adapter_class = Dance

    @property
    def server_url(self) -> str:
        return f"{settings.OIDC_ISSUER.rstrip('/')}/.well-known/openid-configuration"

    def extract_extra_data(self, data: Any) -> dict[str, Any]:
        """Nothing beyond what the person's own row holds is kept."""
        return {}


def callback_address() -> str:
    """What the provider must know as redirect URI."""
    return f"{settings.BASE_URL}{reverse('sign_on_callback')}"


def provider_id() -> str:
    """Of one issuer alone: another issuer's `sub` is another person, even if it reads the same."""
    return f"oidc-{hashlib.sha256(settings.OIDC_ISSUER.encode()).hexdigest()[:16]}"


def configured() -> SocialApp | None:
    """The provider of the environment; None while single sign-on is off. Never a row of a table."""
    if not settings.OIDC_ISSUER:
        return None
    return SocialApp(
        provider=SingleSignOn.id,
        provider_id=provider_id(),
        name=settings.OIDC_NAME,
        client_id=settings.OIDC_CLIENT_ID,
        secret=settings.OIDC_CLIENT_SECRET,
        settings={"oauth_pkce_enabled": True},
    )


def fresh_state(nonce: str, *, again: bool) -> dict[str, Any]:
    return {"nonce": nonce, "again": int(time.time()) if again else 0}


provider_classes = [SingleSignOn]
