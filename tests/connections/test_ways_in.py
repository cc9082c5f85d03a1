"""What each Jira offers: steps, ways in and warnings for Cloud and for Data Center 8 to 11."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from connections.models import Connection
from connections.oauth import admin_instructions, sign_in_methods
from jira_client.flavour import Flavour
from jira_client.values import Deployment
from jira_sandbox.server import running

DIALOGS = [
    ("cloud", "1001.0.0", "Direct application link using OAuth 1.0", "Atlassian product"),
    ("datacenter", "8.20.30", "click Create new link", "Atlassian product"),
    ("datacenter", "9.12.15", "Choose “Atlassian product”", "Create new link"),
    ("datacenter", "10.3.5", "Choose “Atlassian product”", "Create new link"),
    ("datacenter", "11.3.0", "Choose “Atlassian product”", "Create new link"),
]
# Deployment, version, whether a PAT is offered, OAuth called deprecated, Basic off by default
TABLE = [
    ("cloud", (1001, 0, 0), False, True, False),
    ("datacenter", (8, 5, 1), False, False, False),
    ("datacenter", (8, 13, 9), False, False, False),
    ("datacenter", (8, 14, 0), True, False, False),
    ("datacenter", (9, 12, 15), True, False, False),
    ("datacenter", (9, 16, 0), True, True, False),
    ("datacenter", (10, 3, 5), True, True, False),
    ("datacenter", (11, 3, 0), True, True, True),
]


@pytest.mark.parametrize(("deployment", "version", "named", "other"), DIALOGS)
def test_the_steps_name_the_dialog_of_this_version(
    deployment: str, version: str, named: str, other: str
) -> None:
    steps = admin_instructions.steps(Connection(deployment=deployment, version=version))
    assert any(named in step for step in steps)
    assert not any(other in step for step in steps)
    assert any("Create incoming link" in step for step in steps)


@pytest.mark.parametrize(("deployment", "version", "pat", "deprecated", "basic_off"), TABLE)
def test_the_ways_in(
    deployment: str, version: tuple[int, ...], pat: bool, deprecated: bool, basic_off: bool
) -> None:
    flavour = Flavour.for_deployment(Deployment(deployment), version)
    assert ("pat" in sign_in_methods.offered(flavour)) is pat
    assert bool(sign_in_methods.refusal("pat", flavour)) is not pat
    assert ("deprecated" in sign_in_methods.note("oauth1", flavour)) is deprecated
    assert ("switched off" in sign_in_methods.note("basic", flavour)) is basic_off


@pytest.mark.parametrize(
    ("deployment", "version", "there"),
    [("cloud", (), True), ("datacenter", (8, 21), False), ("datacenter", (8, 22), True)],
)
def test_oauth2_is_offered_where_there_is_any(
    deployment: str, version: tuple[int, ...], there: bool
) -> None:
    flavour = Flavour.for_deployment(Deployment(deployment), version)
    assert ("oauth2" in sign_in_methods.offered(flavour)) is there
    assert ("8.22" in sign_in_methods.refusal("oauth2", flavour)) is not there


def test_an_unknown_jira_offers_every_way() -> None:
    assert sign_in_methods.offered(None) == ["oauth1", "basic", "pat", "service", "oauth2"]


@pytest.mark.django_db
@pytest.mark.parametrize("flavour", ["cloud", "datacenter"])
def test_a_token_where_there_are_none_is_refused_beside_its_field(
    flavour: str, admin: Any, client_of: Callable[..., Client]
) -> None:
    form = {"method": "pat", "name": "J", "verify_tls": "on", "token": "abc123"}
    with running(flavour=flavour, version=11) as jira:
        answer = client_of(admin).post(
            "/connections/new/jira/", form | {"base_url": jira.url}, follow=True
        )
    words = answer.content.decode()
    error = words.partition('id="id_token_error">')[2].partition("</div></div>")[0]
    if flavour == "cloud":
        assert answer.status_code == 422
        assert "Jira Cloud takes no Personal Access Token" in error
        assert not Connection.objects.exists()
        assert "Use a Personal Access Token</a>" not in words
    else:
        assert answer.status_code == 409  # a token of nobody, but a Jira that takes tokens
        assert not error


@pytest.mark.django_db
def test_basic_on_data_center_11_is_warned_of_before_it_is_typed(
    admin: Any, client_of: Callable[..., Client]
) -> None:
    form = {"method": "basic", "name": "J", "verify_tls": "on", "look": "1"}
    with running(flavour="datacenter", version=11) as jira:
        answer = client_of(admin).post("/connections/new/jira/", form | {"base_url": jira.url})
    assert "From Jira 11 on Basic Auth is switched off" in answer.content.decode()
