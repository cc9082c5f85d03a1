"""Every address of people, sign-in, tokens and audit; to be included at the root of the site.

The console's own pages live under the name `accounts:`; allauth needs its names bare.
"""

from __future__ import annotations

from django.urls import include, path

from accounts import appearance, audit_pages, one_time_link_pages, people_pages, profile_pages

pages = [
    path("theme/", appearance.choose_theme, name="theme"),
    path("setup/<str:text>/", one_time_link_pages.setup, name="setup"),
    path("enter/<str:text>/", one_time_link_pages.sign_in_link, name="sign_in_link"),
    path("invitation/<str:text>/", one_time_link_pages.invite, name="invite"),
    path("password/<str:text>/", one_time_link_pages.new_password, name="new_password"),
    path("profile/", profile_pages.profile, name="profile"),
    path("sessions/end/", profile_pages.sign_out_everywhere, name="sign_out_everywhere"),
    path("tokens/", profile_pages.tokens, name="tokens"),
    path("tokens/<uuid:token_id>/revoke/", profile_pages.revoke_token, name="token_revoke"),
    path("people/", people_pages.list_people, name="people"),
    path("people/add/", people_pages.add, name="person_add"),
    path("people/tokens/", people_pages.list_tokens, name="all_tokens"),
    path(
        "people/tokens/<uuid:token_id>/revoke/",
        people_pages.revoke_token,
        name="any_token_revoke",
    ),
    path("people/<uuid:person_id>/invite/", people_pages.invite, name="person_invite"),
    path(
        "people/<uuid:person_id>/password-link/",
        people_pages.offer_password,
        name="person_password_link",
    ),
    path("people/<uuid:person_id>/role/", people_pages.set_role, name="person_role"),
    path("people/<uuid:person_id>/active/", people_pages.set_active, name="person_active"),
    path(
        "people/<uuid:person_id>/second-step/drop/",
        people_pages.drop_second_step,
        name="person_drop_second_step",
    ),
    path("audit/", audit_pages.list_entries, name="audit"),
    path("audit/export.csv", audit_pages.export, name="audit_export"),
]
urlpatterns = [
    path("", include((pages, "accounts"))),
    path("account/", include("accounts.sign_in_urls")),
]
