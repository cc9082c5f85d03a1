"""Every page of connections. "RTE Cockpit", the home of the console, is one of them."""

from __future__ import annotations

from django.urls import include, path

from connections.views import (
    detail,
    help,
    oauth,
    oauth2,
    oauth_redirects,
    overview,
    permissions,
    quiet,
    renew,
    wizard,
)

_one = "connections/<uuid:connection_id>"
pages = [
    path("cockpit/", overview.home, name="home"),
    path("connections/", overview.connections, name="list"),
    path("connections/new/", wizard.select_tool, name="select_tool"),
    path("connections/new/jira/", wizard.new_jira, name="new_jira"),
    path(f"{_one}/", detail.detail, name="detail"),
    path(f"{_one}/edit/", wizard.edit, name="edit"),
    path(f"{_one}/test/", detail.test, name="test"),
    path(f"{_one}/tls-off/renew/", detail.renew_tls_off, name="renew_tls_off"),
    path(f"{_one}/pause/", detail.pause, name="pause"),
    path(f"{_one}/quiet/", quiet.quiet, name="quiet"),
    path(f"{_one}/reauthenticate/", detail.reauthenticate, name="reauthenticate"),
    path(f"{_one}/renew/", renew.renew, name="renew"),
    path(f"{_one}/renew/decide/", renew.decide, name="second_way"),
    path(f"{_one}/account/", detail.account, name="account"),
    path(f"{_one}/delete/", detail.delete, name="delete"),
    path(f"{_one}/site/", detail.site, name="site"),
    path(f"{_one}/permissions/", permissions.permissions, name="permissions"),
    path(f"{_one}/permissions/projects/", permissions.choose, name="choose_projects"),
    path(f"{_one}/permissions/run/", permissions.run, name="run_report"),
    path(
        "connections/permission-reports/<uuid:report_id>/progress/",
        permissions.progress,
        name="report_progress",
    ),
    path(f"{_one}/oauth/", oauth.setup, name="setup_oauth"),
    path(f"{_one}/oauth/authenticate/", oauth_redirects.authenticate, name="oauth_authenticate"),
    path(f"{_one}/oauth/check/", oauth.check, name="oauth_check"),
    path(f"{_one}/oauth/look/", oauth.look, name="oauth_look"),
    path(f"{_one}/oauth/typed/", oauth.typed, name="oauth_typed"),
    path(f"{_one}/oauth/standing/", oauth.standing, name="oauth_standing"),
    path(f"{_one}/oauth/finish/", oauth.finish, name="oauth_finish"),
    path(
        "connections/oauth/authorize/<uuid:flow_id>/",
        oauth_redirects.authorize,
        name="oauth_authorize",
    ),
    path("connections/oauth/callback/", oauth_redirects.callback_base, name="oauth_callback_base"),
    path(
        "connections/oauth/callback/<uuid:flow_id>/",
        oauth_redirects.callback,
        name="oauth_callback",
    ),
    path(f"{_one}/oauth2/", oauth2.setup, name="setup_oauth2"),
    path("connections/oauth2/authorize/<uuid:flow_id>/", oauth2.authorize, name="oauth2_authorize"),
    path("connections/oauth2/callback/", oauth2.callback, name="oauth2_callback"),
    path("help/troubleshooting/", help.troubleshooting, name="troubleshooting"),
    path("connections/jira-admin/<str:signed>/", oauth.admin_part, name="admin_part"),
]
urlpatterns = [
    path("", overview.home, name="home"),
    path("", include((pages, "connections"))),
]
