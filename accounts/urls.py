"""Every address of people, sign-in, tokens and audit; to be included at the root of the site.

The console's own pages live under the name `accounts:`; allauth needs its names bare.
"""

from __future__ import annotations

from django.urls import include, path

from accounts import appearance

pages = [
    path("theme/", appearance.choose_theme, name="theme"),
]
urlpatterns = [
    path("", include((pages, "accounts"))),
    path("account/", include("accounts.sign_in_urls")),
]
