"""OAuth 2.0 for a person: what keeps tokens from coming, and from being renewed."""

from __future__ import annotations

from collections.abc import Callable

from jira_client import person_token
from jira_client.person_token import App
from tests.doctor.rows import DATA_CENTER, Row
from tests.doctor.stage import Stage

BACK = "http://127.0.0.1:9/back"
ELSEWHERE = [{"id": "1", "url": "https://elsewhere.example.com", "name": "x", "scopes": []}]
ONLY_ACCESS = {"access_token": "a", "token_type": "Bearer", "expires_in": 3600}


def app_of(stage: Stage) -> App:
    """An incoming link that exists, with the right secret."""
    made = stage.site.parts["oauth2"].add("ALM Connect", BACK, ("WRITE",))
    return App(made.client_id, made.secret, BACK)


def exchanged(app: App | None = None) -> Callable[[Stage], object]:
    """A code that Jira never gave."""

    def provoke(stage: Stage) -> None:
        stage.entered_url = stage.handle.url
        with stage.wire() as wire:
            given = app or app_of(stage)
            person_token.exchange(wire, person_token.DATA_CENTER, given, "no-code", "v" * 64)

    return provoke


def renewed(lost: bool = False) -> Callable[[Stage], object]:
    """A refresh token that Jira does not know any more."""

    def provoke(stage: Stage) -> None:
        stage.entered_url = stage.handle.url
        with stage.wire() as wire:
            there = person_token.DATA_CENTER
            person_token.renew(wire, there, app_of(stage), "ended", lost=lost)

    return provoke


def answered(status: int, body: object) -> Callable[[Stage], object]:
    """Something else in place of the token endpoint's answer."""

    def provoke(stage: Stage) -> None:
        url = stage.front({"path": "/oauth2/latest/token$", "status": status, "body": body}).url
        stage.entered_url = url
        with stage.wire(url) as wire:
            app = App("id", "secret", BACK)
            person_token.exchange(wire, person_token.DATA_CENTER, app, "code", "v" * 64)

    return provoke


def reached(stage: Stage) -> None:
    url = stage.front({"path": person_token.RESOURCES, "status": 200, "body": ELSEWHERE}).url
    stage.entered_url = stage.handle.url
    with stage.wire(url) as wire:
        person_token.must_reach(wire, "token", "2")


ROWS = (
    Row("app_refused", exchanged(App("nobody", "secret", BACK)), "client secret", ("Copy both",),
        DATA_CENTER),
    Row("app_refused", answered(404, "<html>Not found</html>"), "no tokens by OAuth 2.0",
        ("8.22", "proxy"), name="there is no such address"),
    Row("code_refused", exchanged(), "more time went by", ("Allow access in Jira",), DATA_CENTER),
    Row("offline_missing", answered(200, ONLY_ACCESS), "without a refresh token",
        ("offline_access",)),
    Row("other_site", reached, "elsewhere.example.com", ("Use app on",)),
    Row("grant_ended", renewed(), "90 days", ("Re-authenticate", "kept"), DATA_CENTER),
    Row("renewal_lost", renewed(lost=True), "lost on its way", ("Re-authenticate", "kept"),
        DATA_CENTER),
)  # fmt: skip
