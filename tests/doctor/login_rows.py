"""Jira does not take the credentials, or takes them for nobody's."""

from __future__ import annotations

from jira_client.auth import Basic, Bearer
from jira_client.errors import JiraError
from tests.doctor.answer_rows import SUMMARY, asked
from tests.doctor.rows import DATA_CENTER, Row
from tests.doctor.stage import Stage

TAKES_BASIC = ("cloud", "8", "9", "10")
WITH_BASIC = ("8", "9", "10")


def wrong_secret(stage: Stage) -> None:
    stage.client(Basic(stage.account, "not the one")).myself()


def wrong_personal_token(stage: Stage) -> None:
    stage.client(Bearer("not-the-one")).myself()


def locked(stage: Stage) -> None:
    """Three wrong passwords, then the right one."""
    for _ in range(3):
        try:
            wrong_secret(stage)
        except JiraError:
            continue
        raise AssertionError("The wrong password was taken.")
    stage.client().myself()


def basic_off(stage: Stage) -> None:
    stage.fault("basic_disabled")
    stage.client(Basic(stage.account, "svc-alm-password")).myself()


def off_by_default(stage: Stage) -> None:
    stage.client(Basic(stage.account, "svc-alm-password")).myself()


def account_password(stage: Stage) -> None:
    stage.client(Basic(stage.account, "svc-alm-password")).myself()


def stripped(stage: Stage) -> None:
    client = stage.client()
    client.flavour  # noqa: B018 - asked before the fault is on
    stage.fault("no_authorization")
    client.projects.list()


def as_nobody(stage: Stage) -> None:
    """Cloud answers a wrong token with an empty list, and 200."""
    stage.client(Basic(stage.account, "an old token")).projects.list()


def like_a_browser(stage: Stage) -> None:
    client = stage.client()
    client.flavour  # noqa: B018 - asked before the fault is on
    stage.fault("browser_agent")
    client.issues.edit("FALCON-1", SUMMARY)


ROWS = (
    Row("authentication_refused", wrong_secret, "does not accept", ("expired", "Re-authenticate"),
        WITH_BASIC, name="password"),
    Row("authentication_refused", wrong_secret, "svc-alm@example.com", ("API token",), ("cloud",),
        name="API token"),
    Row("authentication_refused", wrong_personal_token, "does not accept", ("token",), DATA_CENTER,
        name="personal token"),
    Row("captcha_required", locked, "CAPTCHA", ("browser", "Jira admin", "Reset failed login"),
        WITH_BASIC),
    Row("basic_disabled", basic_off, "user name and password", ("Switch to OAuth",
        "Personal Access Token", "Jira admin"), WITH_BASIC, name="by choice"),
    Row("basic_disabled", off_by_default, "user name and password", ("Authentication methods",),
        ("11",), name="by default"),
    Row("password_not_accepted", account_password, "account passwords", ("API token", "Security"),
        ("cloud",)),
    Row("wrong_token", wrong_personal_token, "wrong kind", ("Switch to Basic Auth", "API token",
        "Switch to OAuth"), ("cloud",)),
    Row("anonymous_answer", stripped, "as to nobody", ("proxy", "Authorization header"),
        DATA_CENTER),
    Row("authentication_refused", asked("no_authorization"), "does not accept", ("proxy",
        "Authorization header"), ("cloud",), name="stripped"),
    Row("anonymous_answer", as_nobody, "as to nobody", ("e-mail address",), ("cloud",),
        name="wrong token"),
    Row("not_licensed", asked("not_licensed"), "no licence", ("Jira admin", "Application access")),
    Row("xsrf_refused", like_a_browser, "cross-site", ("proxy", "X-Atlassian-Token", "operator")),
)  # fmt: skip
