"""What servers before Jira ask for: entered by page and by REST, sealed, shown on every call, named when
it is what is missing. All of it with a real Jira by TLS, behind a real proxy."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEntry, User
from almconnect.lib.secret import Secret
from connections.access import gateway, outer_credentials
from connections.credentials import credentials
from connections.health import expiry
from connections.models import Connection, SealedSecret
from connections.probes import checkup
from connections.setup import settings_editing
from jira_sandbox.forward_proxy import PASSWORD, USERNAME
from jira_sandbox.server import Handle, running
from tests.callers import ApiCaller
from tests.connections.conftest import basic_of
from tests.outgoing.certificates import make

NEW = "/connections/new/jira/"
HEADER = ("X-Access-Token", "canary-open-sesame")
OTHERS = make("Another authority", authority=True)


@dataclass(frozen=True)
class Guarded:
    """A Jira Data Center that is reached only with all three: through a proxy with a login, by a client
    certificate, past an access proxy."""

    jira: Handle
    certificate: str
    key: str
    authority: str

    @property
    def settings(self) -> dict[str, Any]:
        return {
            "base_url": self.jira.url,
            "ca_bundle": self.authority,
            "auth_method": "basic",
            "proxy_url": self.jira.proxy_url,
        }

    @property
    def outer(self) -> dict[str, Any]:
        return {
            "proxy_username": USERNAME,
            "proxy_password": PASSWORD,
            "client_certificate": self.certificate,
            "client_key": self.key,
            "extra_headers": [{"name": HEADER[0], "value": HEADER[1]}],
        }

    @property
    def form(self) -> dict[str, Any]:
        user = basic_of(self.jira)
        return {
            **self.settings,
            **self.outer,
            "extra_headers": ": ".join(HEADER),
            "method": "basic",
            "name": "Guarded",
            "verify_tls": "on",
            "username": user.username,
            "password": user.secret.reveal(),
        }


@pytest.fixture
def guarded() -> Iterator[Guarded]:
    with running(flavour="datacenter", tls=True, proxy=True) as handle:
        shown = handle.site.parts["certificates"]
        shown.show("unknown_ca")
        shown.asks_clients = True
        handle.site.parts["faults"].switch("access_proxy", " ".join(HEADER))
        certificate, mark, key = shown.client.partition("-----BEGIN PRIVATE KEY-----")
        yield Guarded(handle, certificate, mark + key, shown.authority)


def stored(guarded: Guarded, **values: Any) -> Connection:
    given = {**guarded.settings, **guarded.outer, **values}
    return settings_editing.create(actor=None, name="Guarded", **given)


@pytest.fixture
def connection(db: None, guarded: Guarded) -> Connection:
    row = stored(guarded)
    assert credentials.offer(row, basic_of(guarded.jira), actor=None), row.diagnosis
    return row


def test_each_thing_that_is_missing_is_named_by_the_page(
    db: None, guarded: Guarded, admin: User, client_of: Callable[..., Client]
) -> None:
    """As a person meets them: one after the other, until all are entered."""
    browser, form = client_of(admin), guarded.form
    steps = (
        ("proxy_username", "The proxy asks for a user name and password (407)"),
        ("client_certificate", "wants a client certificate, and this connection has none"),
        ("extra_headers", "sends the console to a login page"),
    )
    for at, (_, words) in enumerate(steps):
        entered = {name for name, _ in steps[:at]}
        left = dict(form)
        if "proxy_username" not in entered:
            left |= {"proxy_username": "", "proxy_password": ""}
        if "client_certificate" not in entered:
            left |= {"client_certificate": "", "client_key": ""}
        left["extra_headers"] = ""
        page = browser.post(NEW, left)
        assert page.status_code == 409, words
        text = page.content.decode()
        assert words in text
        assert "Advanced Settings" in text
        assert 'name="trust"' not in text  # it is not Jira's that failed
        assert PASSWORD not in text
        assert guarded.key.splitlines()[2] not in text
        Connection.objects.all().delete()
    done = browser.post(NEW, form, follow=True).content.decode()
    assert "This connection acts as ALM Service." in done
    assert Connection.objects.get().lifecycle == "active"


def test_every_call_shows_it(connection: Connection, guarded: Guarded) -> None:
    assert gateway.jira_for(connection).projects.list()
    with gateway.anonymously(connection) as client:
        assert client.server_info().base_url == guarded.jira.url
    with gateway.transport_for(connection) as transport:
        assert transport.certificate().subject


def test_the_test_has_a_row_for_each(connection: Connection, guarded: Guarded) -> None:
    rows = {row.name: row for row in checkup.run(connection).rows}
    for name in ("proxy_login", "tcp", "extra_headers", "jira", "account"):
        assert rows[name].state == "pass", rows[name]
    assert "readable" in rows["proxy_login"].message
    assert rows["extra_headers"].message == f"They go along with every call: {HEADER[0]}."
    # the sandbox's certificates last a month
    assert rows["client_certificate"].code == "client_certificate_expires"
    assert HEADER[1] not in str(rows)


def test_no_rows_where_there_is_nothing(
    connected: Callable[..., Connection], datacenter: Handle
) -> None:
    names = {row.name for row in checkup.run(connected(datacenter)).rows}
    assert not names & {"proxy_login", "client_certificate", "extra_headers"}


@pytest.mark.parametrize(
    ("change", "row", "code"),
    [
        ({"proxy_password": "another"}, "proxy_login", "proxy_login_refused"),
        ({"client_certificate": "theirs"}, "client_certificate", "tls_client_certificate_refused"),
        (
            {"extra_headers": [{"name": "X-Access-Token", "value": "stale"}]},
            "extra_headers",
            "login_page",
        ),
    ],
)
def test_what_is_not_accepted_fails_its_own_row(
    connection: Connection, change: dict[str, Any], row: str, code: str
) -> None:
    if "client_certificate" in change:
        theirs = make("alm-connect", OTHERS)
        change = {"client_certificate": theirs.pem, "client_key": theirs.key_pem}
    if "proxy_password" in change:
        change = {"proxy_username": USERNAME, **change}
    settings_editing.edit(connection, actor=None, values=change)
    rows = {one.name: one for one in checkup.run(connection).rows}
    assert (rows[row].state, rows[row].code) == ("fail", code)
    assert rows["authentication"].state == "not_checked"
    assert [one.name for one in rows.values() if one.state == "fail"] == [row]
    if row == "extra_headers":
        assert "X-Access-Token" in rows[row].remedy
        assert "still good" in rows[row].remedy


def test_it_is_sealed_and_shown_nowhere(
    connection: Connection, guarded: Guarded, admin: User, client_of: Callable[..., Client],
    token_of: Callable[..., str], caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    secrets = (PASSWORD, HEADER[1], guarded.key.splitlines()[2])
    told = ApiCaller(token_of(admin)).get(f"/api/v1/connections/{connection.pk}").text
    edit = client_of(admin).get(f"/connections/{connection.pk}/edit/").content.decode()
    detail = client_of(admin).get(f"/connections/{connection.pk}/").content.decode()
    trail = str(list(AuditEntry.objects.values()))
    rows = str(list(Connection.objects.values())) + str(list(SealedSecret.objects.values()))
    for text in (told, edit, detail, trail, rows, caplog.text):
        assert not [one for one in secrets if one in text]
    assert f"{HEADER[0]}: ••••" in edit
    assert guarded.certificate.splitlines()[1] in edit
    assert "CN=ALM Connect, until" in detail
    assert f"signed in to as {USERNAME}" in detail
    assert '"extra_headers":["X-Access-Token"]' in told.replace(" ", "")
    assert HEADER[0] in trail


def test_the_page_keeps_what_is_left_as_it_is(
    connection: Connection, guarded: Guarded, admin: User, client_of: Callable[..., Client]
) -> None:
    before = outer_credentials.of(connection)
    kept = {
        **guarded.form,
        "name": "Renamed",
        "extra_headers": f"{HEADER[0]}: ••••••••",
        "client_key": "",
        "proxy_password": "",
        "password": "",
    }
    answer = client_of(admin).post(f"/connections/{connection.pk}/edit/", kept, follow=True)
    assert "Saved." in answer.content.decode()
    row = Connection.objects.get()
    assert row.name == "Renamed"
    assert outer_credentials.of(row) == before
    gone = {**kept, "extra_headers": "", "client_certificate": ""}
    refused = client_of(admin).post(f"/connections/{connection.pk}/edit/", gone)
    assert refused.status_code == 409  # a connection in use is not moved to where nothing answers
    assert outer_credentials.of(Connection.objects.get()) == before


def test_another_address_or_proxy_is_shown_nothing(
    connection: Connection, guarded: Guarded
) -> None:
    elsewhere = {"base_url": guarded.jira.url.replace("127.0.0.1", "localhost")}
    shadow = settings_editing.preview(connection, elsewhere)
    assert outer_credentials.transport_options(shadow) == {}
    without_key = {"client_certificate": guarded.certificate, "client_key": None}
    with pytest.raises(settings_editing.Refused) as caught:
        settings_editing.preview(connection, {**elsewhere, **without_key})
    assert list(caught.value.fields) == ["client_key"]
    shown = {**guarded.outer, **elsewhere}
    settings_editing.edit(connection, actor=None, values=shown)
    row = Connection.objects.get()
    assert outer_credentials.of(row).headers == {HEADER[0]: Secret(HEADER[1])}
    settings_editing.edit(row, actor=None, values={"proxy_url": "http://127.0.0.1:9"})
    left = Connection.objects.get()
    assert outer_credentials.of(left) == outer_credentials.NONE
    assert (left.client_certificate, left.header_names, left.proxy_username) == ("", [], "")
    assert not SealedSecret.objects.filter(field__in=outer_credentials.FIELDS).exists()


def test_tls_settings_take_it_along(connection: Connection, guarded: Guarded) -> None:
    before = outer_credentials.of(connection)
    settings_editing.edit(connection, actor=None, values={"verify_tls": False})
    row = Connection.objects.get()
    assert outer_credentials.of(row) == before
    assert gateway.jira_for(row).myself().name == "ALM Service"


def test_a_row_edited_in_the_database_opens_nothing(connection: Connection) -> None:
    Connection.objects.update(base_url="https://evil.example")
    row = Connection.objects.get()
    with pytest.raises(gateway.sealing.SealBroken):
        outer_credentials.of(row)
    found = {one.name: one for one in checkup.run(row).rows}
    assert found["address"].code == "seal_broken"
    assert found["authentication"].state == "not_checked"


def test_a_changed_value_is_used_by_the_next_call(connection: Connection, guarded: Guarded) -> None:
    client = gateway.jira_for(connection)
    guarded.jira.site.parts["faults"].switch("access_proxy", f"{HEADER[0]} renewed")
    new = [{"name": HEADER[0], "value": "renewed"}]
    assert settings_editing.edit(connection, actor=None, values={"extra_headers": new}) == [
        "header_names"
    ]
    assert gateway.jira_for(connection) is not client
    assert gateway.jira_for(connection).myself().name == "ALM Service"


def test_atlassians_gateway_is_shown_the_proxys_login_alone(connection: Connection) -> None:
    connection.api_url = "https://api.atlassian.com/ex/jira/1234"
    connection.previewed_outer_credentials = outer_credentials.OuterCredentials(
        certificate="C", key=Secret("K"), headers={"X": Secret("Y")}, proxy_username="a",
        proxy_password=Secret("b"),
    )  # fmt: skip
    assert list(outer_credentials.transport_options(connection)) == ["proxy_login"]
    connection.api_url = ""
    assert list(outer_credentials.transport_options(connection, to_jira=False)) == ["proxy_login"]
    assert len(outer_credentials.transport_options(connection)) == 3


def test_its_end_is_told(connection: Connection) -> None:
    short = make("alm-connect", days=5)
    values = {"client_certificate": short.pem, "client_key": short.key_pem}
    settings_editing.edit(connection, actor=None, values=values)
    found = {one.kind: one for one in expiry.warnings_of(connection)}
    assert found["client_certificate"].stage == 7
    assert "paste it with its key" in found["client_certificate"].remedy
    assert expiry.warn() > 0
    assert AuditEntry.objects.filter(after__what="client_certificate").exists()


@pytest.mark.parametrize("both", [True, False], ids=["key in the same text", "encrypted key"])
def test_what_people_paste_is_understood(db: None, both: bool) -> None:
    authority = make("Test authority", authority=True)
    own = make("alm-connect", authority)
    values: dict[str, Any] = {"client_certificate": authority.pem + own.pem}
    if both:
        values["client_certificate"] += own.key_pem
    else:
        values |= {"client_key": own.key_sealed_by("phrase"), "client_key_passphrase": "phrase"}
    row = settings_editing.create(actor=None, name="J", base_url="https://j.example.com", **values)
    kept = outer_credentials.of(row)
    assert kept.certificate == own.pem + authority.pem  # its own first
    assert "PRIVATE" not in row.client_certificate
    assert kept.key is not None
    assert "ENCRYPTED" not in kept.key.reveal()
    assert outer_credentials.facts_of(
        row.client_certificate
    ).valid_until > timezone.now() + timedelta(1)


def test_by_rest(
    connection: Connection, guarded: Guarded, admin: User, token_of: Callable[..., str]
) -> None:
    caller, path = ApiCaller(token_of(admin)), f"/api/v1/connections/{connection.pk}"
    told = caller.get(path).json()
    assert told["proxy_username"] == USERNAME
    assert told["client_certificate"]["subject"] == "CN=ALM Connect"
    kept = caller.patch(path, {"extra_headers": [{"name": "x-access-token"}]}).json()
    assert kept["extra_headers"] == ["x-access-token"]
    assert (
        outer_credentials.of(Connection.objects.get()).headers["x-access-token"].reveal()
        == HEADER[1]
    )
    tried = caller.post(f"{path}/test", {"extra_headers": []}).json()
    assert next(row for row in tried["checks"] if row["name"] == "jira")["code"] == "login_page"
    assert Connection.objects.get().header_names == ["x-access-token"]
    gone = caller.patch(path, {"client_certificate": None, "extra_headers": None}).json()
    assert (gone["client_certificate"], gone["extra_headers"]) == (None, [])
    assert SealedSecret.objects.filter(field__in=outer_credentials.FIELDS).count() == 1


def test_a_proxy_that_does_not_answer_is_told_though_it_has_a_login(
    connection: Connection, guarded: Guarded
) -> None:
    values = {**guarded.settings, **guarded.outer, "proxy_url": "http://127.0.0.1:9"}
    del values["auth_method"]
    rows = {one.name: one for one in checkup.try_out(connection, values, actor=None).rows}
    assert rows["proxy_login"].code == "proxy_unreachable"
    assert rows["tcp"].state == "not_checked"


def test_what_is_not_shown_there_keeps_nothing_from_being_tested(
    connected: Callable[..., Connection], datacenter: Handle
) -> None:
    """A certificate is for https; a Jira by http is tested all the same."""
    row = connected(datacenter)
    own = make("alm-connect")
    values = {"client_certificate": own.pem, "client_key": own.key_pem}
    settings_editing.edit(row, actor=None, values=values)
    rows = {one.name: one for one in checkup.run(row).rows}
    assert "Not shown there" in rows["client_certificate"].message
    assert (rows["jira"].state, rows["account"].state) == ("pass", "pass")
