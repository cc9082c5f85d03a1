"""OAuth 2.0 for a person over real HTTP, on both flavours: connected, or refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from accounts.models import User
from almconnect.lib.api import Refused
from connections.access import gateway, person_tokens, sealing
from connections.credentials import credentials
from connections.models import Connection, OAuthFlow, SealedSecret, SecretField
from connections.oauth import oauth_flow, person_flow
from connections.probes import checkup
from connections.setup import confirm_account, settings_editing
from jira_client.errors import AppRefused, CodeRefused, OtherSite
from jira_sandbox.oauth2.register import register_of
from jira_sandbox.pages.app_consent import ELSEWHERE
from jira_sandbox.server import Handle
from tests.connections.conftest import basic_of
from tests.connections.person_oauth import (
    SESSION,
    again,
    answered,
    app_of,
    back_from,
    connected,
    draft,
    jira_of,
)


@pytest.fixture(params=["cloud", "datacenter"])
def jira(request: pytest.FixtureRequest, settings: Any) -> Iterator[Handle]:
    with jira_of(request.param, settings) as handle:
        yield handle


def held(row: Connection) -> person_tokens.Held:
    found = sealing.load(Connection.objects.get(pk=row.pk), SecretField.ACCESS_TOKEN)
    assert found is not None
    return person_tokens.read(found)


def test_allowed_it_connects_and_acts_as_the_person(jira: Handle, admin: User) -> None:
    app = app_of(jira)
    row = connected(jira, admin, app)
    assert (row.lifecycle, row.account_name, row.username) == (
        "active",
        "ALM Service",
        app.client_id,
    )
    assert row.auth_method == "oauth2"
    assert row.site_url == jira.url
    if jira.site.cloud:
        assert row.api_url == f"{jira.gateway_url}/ex/jira/{jira.site.identity}"
    assert gateway.jira_for(row).myself().name == "ALM Service"
    rows = {one.name: one for one in checkup.run(row).rows}
    assert (rows["authentication"].state, rows["account"].state) == ("pass", "pass")
    assert rows["scopes"].state == "pass", rows["scopes"]
    assert not OAuthFlow.objects.exclude(sealed_token={}).exists()
    fields = SealedSecret.objects.filter(connection=row).values_list("field", flat=True)
    assert list(fields) == ["access_token"]


def test_a_denial_changes_nothing_and_another_try_needs_no_typing(
    jira: Handle, admin: User
) -> None:
    row, app = draft(jira), app_of(jira)
    denied = back_from(jira, row, app, admin, allow=False)
    with pytest.raises(Refused) as refused:
        answered(admin, denied)
    assert refused.value.code == "oauth_denied"
    assert not SealedSecret.objects.filter(connection=row).exists()
    run = person_flow.open_run(row, admin)
    assert run is not None
    answered(admin, again(jira, run.pk, admin))
    assert Connection.objects.get().lifecycle == "active"


def test_what_comes_back_counts_once_for_its_person_and_session(
    jira: Handle, admin: User, rte: User
) -> None:
    row = draft(jira)
    given = back_from(jira, row, app_of(jira), admin)
    flow = OAuthFlow.objects.get()
    for person, session in ((rte, SESSION), (admin, "another session")):
        with pytest.raises(Refused) as refused:
            answered(person, given, session)
        assert refused.value.code == "flow_foreign"
    with pytest.raises(Refused) as refused:
        answered(admin, given | {"state": f"{flow.pk.hex}.forged"})
    assert refused.value.code == "flow_used"
    with pytest.raises(Refused) as refused:
        answered(admin, given | {"state": "nonsense"})
    assert refused.value.status == 404
    answered(admin, given)
    with pytest.raises(Refused) as refused:
        answered(admin, given)
    assert refused.value.code == "flow_used"


def test_a_second_press_makes_the_first_answer_void(jira: Handle, admin: User) -> None:
    row = draft(jira)
    first = back_from(jira, row, app_of(jira), admin)
    second = again(jira, OAuthFlow.objects.get().pk, admin)
    with pytest.raises(Refused) as refused:
        answered(admin, first)
    assert refused.value.code == "flow_used"
    answered(admin, second)


def test_an_expired_run_is_over_and_forgets_what_it_held(jira: Handle, admin: User) -> None:
    given = back_from(jira, draft(jira), app_of(jira), admin)
    OAuthFlow.objects.update(expires="2020-01-01T00:00:00Z")
    with pytest.raises(Refused) as refused:
        answered(admin, given)
    assert refused.value.code == "flow_expired"
    oauth_flow.end_expired()
    assert OAuthFlow.objects.get().sealed_token == {}


def test_a_wrong_secret_is_said_and_nothing_is_kept(jira: Handle, admin: User) -> None:
    row, app = draft(jira), app_of(jira)
    app.secret, right = "quite-wrong", app.secret
    given = back_from(jira, row, app, admin)
    app.secret = right
    with pytest.raises(AppRefused) as refused:
        answered(admin, given)
    assert "quite-wrong" not in f"{refused.value} {refused.value.messages} {refused.value.seen}"
    assert not SealedSecret.objects.filter(connection=row).exists()
    assert person_flow.open_run(row, admin) is None  # it has to be entered anew


def test_a_code_that_is_not_taken_leaves_the_way_open(jira: Handle, admin: User) -> None:
    row = draft(jira)
    given = back_from(jira, row, app_of(jira), admin)
    with pytest.raises(CodeRefused):
        answered(admin, given | {"code": "another"})
    assert person_flow.open_run(row, admin) is not None


def test_consent_for_another_site_connects_nobody(admin: User, settings: Any) -> None:
    with jira_of("cloud", settings) as jira:
        row = draft(jira)
        given = back_from(jira, row, app_of(jira), admin, site=ELSEWHERE)
        with pytest.raises(OtherSite):
            answered(admin, given)
        assert not SealedSecret.objects.filter(connection=row).exists()
        assert Connection.objects.get().lifecycle == "draft"


@pytest.mark.parametrize(
    ("client_id", "secret", "field", "words"),
    [
        ("", "s", "username", "Enter the client ID"),
        ("id", "", "secret", "Enter the client secret"),
        ("ATOAsecret", "ATOAsecret", "username", "This is the client secret"),
        ("svc@example.com", "s", "username", "This is an e-mail address"),
        ("an id", "s", "username", "neither spaces"),
        ("id", "ATATT3x-token", "secret", "This is an API token"),
    ],
)
def test_what_belongs_elsewhere_is_said_before_anything_is_kept(
    jira: Handle, admin: User, client_id: str, secret: str, field: str, words: str
) -> None:
    row = draft(jira)
    with pytest.raises(Refused) as refused:
        person_flow.begin(row, client_id, secret, actor=admin, session_key=SESSION)
    assert words in refused.value.fields[field][0]
    assert not OAuthFlow.objects.exists()


def test_another_person_waits_for_a_word_and_is_taken_after_its_token_ended(
    jira: Handle, admin: User
) -> None:
    app = app_of(jira)
    row = connected(jira, admin, app)
    given = back_from(jira, row, app, admin, name="rita")
    outcome = answered(admin, given)
    row = Connection.objects.get()
    assert (outcome.pending, row.pending_name, row.account_name) == (
        True,
        "Rita Train",
        "ALM Service",
    )
    register_of(jira.site).expire_access()  # as an hour later
    confirm_account.confirm(row, actor=admin)
    row = Connection.objects.get()
    assert (row.account_name, row.pending_id) == ("Rita Train", "")
    register_of(jira.site).expire_access()
    assert gateway.jira_for(row).myself().name == "Rita Train"


def test_a_connection_in_use_goes_on_until_the_new_way_is_proven(jira: Handle, admin: User) -> None:
    row = settings_editing.create(actor=None, name="Jira", base_url=jira.url, auth_method="basic")
    credentials.present(row, basic_of(jira), actor=admin)
    settings_editing.edit(row, actor=admin, values={"auth_method": "oauth2"})
    row = Connection.objects.get()
    assert (row.auth_method, row.next_method) == ("basic", "oauth2")
    given = back_from(jira, row, app_of(jira), admin)
    assert gateway.jira_for(row).myself().name == "ALM Service"
    answered(admin, given)
    row = Connection.objects.get()
    assert (row.auth_method, row.next_method, row.lifecycle) == ("oauth2", "", "active")
    assert gateway.jira_for(row).myself().name == "ALM Service"


def test_an_empty_secret_is_the_stored_one_of_the_same_id(jira: Handle, admin: User) -> None:
    app = app_of(jira)
    row = connected(jira, admin, app)
    flow = person_flow.begin(row, app.client_id, "", actor=admin, session_key=SESSION)
    answered(admin, again(jira, flow.pk, admin))
    with pytest.raises(Refused):
        person_flow.begin(row, "another-id", "", actor=admin, session_key=SESSION)
    assert held(row).client_secret == app.secret
