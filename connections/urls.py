"""Every page of connections. "RTE Cockpit", the home of the console, is one of them."""

from __future__ import annotations

from django.urls import include, path

from connections.views import oauth

_one = "connections/<uuid:connection_id>"
pages = [
    path(f"{_one}/oauth/", oauth.setup, name="setup_oauth"),
    path(f"{_one}/oauth/authenticate/", oauth.authenticate, name="oauth_authenticate"),
    path(f"{_one}/oauth/typed/", oauth.typed, name="oauth_typed"),
    path(f"{_one}/oauth/finish/", oauth.finish, name="oauth_finish"),
    path("connections/oauth/authorize/<uuid:flow_id>/", oauth.authorize, name="oauth_authorize"),
    path("connections/oauth/callback/", oauth.callback_base, name="oauth_callback_base"),
    path("connections/oauth/callback/<uuid:flow_id>/", oauth.callback, name="oauth_callback"),
    path("connections/jira-admin/<str:signed>/", oauth.admin_part, name="admin_part"),
]
urlpatterns = [
    path("", include((pages, "connections"))),
]
