"""What strangers hear does not decide: a credential goes to what showed that it is Jira, no further."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from almconnect.lib.secret import Secret
from connections.access import gateway
from connections.credentials import credentials
from connections.credentials.credentials import Credential
from connections.health import health
from connections.models import Connection
from connections.probes import checkup, light_check
from connections.setup import settings_editing
from jira_sandbox.rest.tokens import make
from jira_sandbox.server import Handle
from tests.doctor.front import Front, Rule, fronted

pytestmark = pytest.mark.django_db
PASSWORD = "svc-alm-password"
SAML = '<html><form action="https://idp.example/sso"><input name="SAMLRequest" value="x"></form></html>'
AWAY: dict[str, dict[str, Any]] = {
    "a redirect to the login": {
        "status": 302,
        "headers": {"Location": "https://login.corp.example/adfs/ls/?SAMLRequest=abc&RelayState=x"},
    },
    "a page that posts SAMLRequest": {"status": 200, "body": SAML},
    "a 403": {"status": 403, "body": "<html><title>Forbidden</title></html>"},
    "a 404": {"status": 404, "body": "<html><title>404 Not Found</title></html>"},
    "a bare 401": {"status": 401},
    "Jira's own 401": {"status": 401, "headers": {"X-AREQUESTID": "1x2x1"}},
}
FOREIGN = {
    "nginx": {"WWW-Authenticate": 'Basic realm="Restricted Content"'},
    "IIS": {"WWW-Authenticate": "Negotiate, NTLM"},
    "Digest": {"WWW-Authenticate": 'Digest realm="jira", nonce="a,b"'},
    "a gateway": {"WWW-Authenticate": 'Bearer realm="gateway"'},
}


def offered(front: Front, way: str, secret: str, **values: Any) -> Connection:
    """A connection to the front after one try with this credential."""
    values = {"name": "Jira", "base_url": front.url, "auth_method": way, **values}
    connection = settings_editing.create(actor=None, **settings_editing.cleaned(values))
    found = Credential(way, Secret(secret), values.get("username", ""))
    credentials.offer(connection, found, actor=None)
    connection.refresh_from_db()
    return connection


def personal_token(jira: Handle) -> str:
    return str(make(jira.site, jira.site.users["svc-alm"], "alm", None).secret)


@pytest.mark.parametrize("way", ["pat", "basic"])
@pytest.mark.parametrize("away", AWAY)
def test_strangers_turned_away_the_account_let_in(away: str, way: str, datacenter: Handle) -> None:
    secret = PASSWORD if way == "basic" else personal_token(datacenter)
    with fronted(datacenter, [{"auth": "none", **AWAY[away]}]) as front:
        connection = offered(front, way, secret, username="svc-alm" if way == "basic" else "")
        assert (connection.lifecycle, connection.health) == ("active", "ok"), connection.diagnosis
        first = next(n for n, one in enumerate(front.asked) if one.authorization)
        assert first == 1, "as nobody first"
        if away != "Jira's own 401":  # else it is made up: Jira has to show itself first
            assert secret not in front.asked[first].authorization
        tested = checkup.run(connection)
        rows = {row.name: row.state for row in tested.rows}
        assert (rows["jira"], rows["version"], rows["base_url"]) == ("pass", "pass", "pass")
        connection.refresh_from_db()
        assert (connection.health, connection.version) == ("ok", "10.3.5")
        Connection.objects.filter(pk=connection.pk).update(look_due=None)
        assert light_check.take(connection.pk)
        connection.refresh_from_db()
        assert connection.health == "ok"
        gateway.forget(connection.pk)


@pytest.mark.parametrize("away", [*AWAY][:-1])
def test_turned_away_whoever_asks_nothing_is_sent(away: str, datacenter: Handle) -> None:
    with fronted(datacenter, [AWAY[away]]) as front:
        connection = offered(front, "basic", PASSWORD, username="svc-alm")
        assert not front.got(PASSWORD)
        assert len(front.asked) == 2
    code = (connection.diagnosis or {})["code"]
    assert code in {"login_page", "strangers_refused", "not_jira"}


@pytest.mark.parametrize("who", FOREIGN)
@pytest.mark.parametrize("way", ["pat", "basic"])
def test_somebody_elses_login_is_given_nothing(who: str, way: str, datacenter: Handle) -> None:
    with fronted(datacenter, [{"status": 401, "headers": FOREIGN[who]}]) as front:
        connection = offered(front, way, PASSWORD, username="svc-alm" if way == "basic" else "")
        assert [one.authorization for one in front.asked] == [""]
    assert (connection.diagnosis or {})["code"] == "foreign_login"
    assert connection.lifecycle == "draft"


def test_a_login_that_comes_between_later_is_no_word_on_the_credential(datacenter: Handle) -> None:
    with fronted(datacenter) as front:
        connection = offered(front, "basic", PASSWORD, username="svc-alm")
        front.rules.append(Rule(status=401, headers=FOREIGN["nginx"]))
        rows = {row.name: row for row in checkup.run(connection).rows}
        assert rows["jira"].code == "foreign_login"
        connection.refresh_from_db()
        assert connection.health == "failing", "not stopped: the password is good"


@pytest.mark.parametrize(
    ("retry", "words"),
    [("45", "Wait 45 seconds"), ("130", "Wait 3 minutes"), ("", "Wait a minute")],
)
def test_a_draft_is_promised_nothing(retry: str, words: str, datacenter: Handle) -> None:
    headers = {"Retry-After": retry} if retry else {}
    rule = {"path": "/myself$", "auth": "any", "status": 429, "headers": headers}
    with fronted(datacenter, [rule]) as front:
        found = offered(front, "pat", personal_token(datacenter)).diagnosis or {}
    assert found["code"] == "rate_limited"
    assert f'{words} and press "Connect to Jira" again' in found["remedy"]
    assert "by themselves" not in found["remedy"]


def test_a_connection_in_use_is_told_what_goes_on(datacenter: Handle) -> None:
    with fronted(datacenter) as front:
        connection = offered(front, "pat", personal_token(datacenter))
        rule = Rule(path="/myself$", status=503)
        front.rules.append(rule)
        found = {row.name: row for row in checkup.run(connection).rows}["authentication"]
        assert "sent by themselves" in found.remedy
        gateway.forget(connection.pk)


SITE = "11111111-2222-3333-4444-555555555555"
TENANT = {"path": "/_edge/tenant_info$", "status": 200, "body": {"cloudId": SITE}}
REFUSED = {
    "path": "/myself$",
    "auth": "any",
    "status": 401,
    "headers": {"WWW-Authenticate": 'OAuth realm="x"'},
}


@pytest.mark.parametrize(
    ("user", "code"),
    [
        ("svc@example.com", "authentication_refused"),
        ("a@serviceaccount.atlassian.com", "gateway_needed"),
    ],
)
def test_a_gateway_that_cannot_be_asked_is_named(user: str, code: str, cloud: Handle) -> None:
    with fronted(cloud, [TENANT, REFUSED]) as front:
        found = offered(front, "basic", "ATATT3xFfGF0scoped", username=user).diagnosis or {}
        asked = [one for one in front.asked if "tenant_info" in one.target]
        assert [one.authorization for one in asked] == [""]
    assert found["code"] == code
    assert f"https://api.atlassian.com/ex/jira/{SITE}" in found["remedy"]
    assert "The name api.atlassian.com has no address" in found["remedy"]


@pytest.mark.parametrize("blank", [" ", "\u00a0", "\u200b", "\ufeff"])
def test_a_token_loses_the_blanks_around_it(blank: str, cloud: Handle, datacenter: Handle) -> None:
    cloud.site.users["svc-alm"].api_token = "ATATT-svc"
    with fronted(cloud) as front:
        connection = offered(
            front, "basic", f"{blank}ATATT-svc{blank}", username="svc-alm@example.com"
        )
        assert connection.health == "ok", connection.diagnosis
    with fronted(datacenter) as front:
        connection = offered(front, "pat", personal_token(datacenter) + blank, name="Second")
        assert connection.health == "ok", connection.diagnosis


def test_a_password_keeps_its_blanks(datacenter: Handle) -> None:
    datacenter.site.users["svc-alm"].password = " two words "
    with fronted(datacenter) as front:
        connection = offered(front, "basic", " two words ", username="svc-alm")
        assert connection.health == "ok", connection.diagnosis


def test_the_page_says_that_blanks_were_removed(
    cloud: Handle, admin: Any, client_of: Callable[..., Any]
) -> None:
    cloud.site.users["svc-alm"].api_token = "ATATT-svc"
    form = {"method": "basic", "name": "Railways", "base_url": cloud.url, "verify_tls": "on"}
    form |= {"username": "svc-alm@example.com", "password": "ATATT-svc "}
    words = client_of(admin).post("/connections/new/jira/", form, follow=True).content.decode()
    assert "Spaces around “Password” were removed." in words
    assert "acts as ALM Service" in words


def test_one_endpoints_401_is_not_the_credentials(cloud: Handle) -> None:
    refused = {"code": 401, "message": "Unauthorized"}
    rule = {"path": "/rest/agile/", "auth": "any", "status": 401, "body": refused}
    with fronted(cloud, [rule]) as front:
        connection = offered(front, "basic", "svc-alm-api-token", username="svc-alm@example.com")
        client = gateway.jira_for(connection)
        for _ in range(3):
            with pytest.raises(Exception, match="this one call") as caught:
                client.boards.list()
        assert sum("/myself" in one.target for one in front.asked) == 2, "asked once, then known"
        found = health.note_failure(connection, caught.value)
        assert found["code"] == "scope_missing"
        connection.refresh_from_db()
        assert connection.health == "ok"
        gateway.forget(connection.pk)


@pytest.mark.parametrize("away", AWAY)
def test_the_wizard_goes_on_where_strangers_are_turned_away(
    away: str, datacenter: Handle, admin: Any, client_of: Callable[..., Any]
) -> None:
    with fronted(datacenter, [{"auth": "none", **AWAY[away]}]) as front:
        form = {"method": "pat", "name": "Railways", "base_url": front.url, "verify_tls": "on"}
        form["token"] = personal_token(datacenter)
        page = client_of(admin).post("/connections/new/jira/", form, follow=True).content.decode()
        assert "acts as ALM Service" in page
        form = {"method": "oauth1", "name": "By OAuth", "base_url": front.url, "verify_tls": "on"}
        page = client_of(admin).post("/connections/new/jira/", form, follow=True).content.decode()
        assert "Consumer Key" in page


def test_the_wizard_gives_nothing_to_somebody_elses_login(
    datacenter: Handle, admin: Any, client_of: Callable[..., Any]
) -> None:
    with fronted(datacenter, [{"status": 401, "headers": FOREIGN["nginx"]}]) as front:
        form = {"method": "basic", "name": "Railways", "base_url": front.url, "verify_tls": "on"}
        form |= {"username": "svc-alm", "password": PASSWORD}
        answer = client_of(admin).post("/connections/new/jira/", form)
        assert answer.status_code == 409
        assert "wants a login of its own" in answer.content.decode()
        assert [one.authorization for one in front.asked if one.authorization] == []
