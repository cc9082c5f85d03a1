"""PyPI's `jira` and `atlassian-python-api`, unchanged, at the sandbox's gateway: with a service account's
token with scopes, by Basic and as a bearer token, and with an access token by client ID and secret.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import jira as pypi
import pytest
import requests
from atlassian import Jira

from jira_sandbox.gateway import ROBOT_CLIENT, ROBOT_SECRET, service_account
from jira_sandbox.server import Handle, running

WAYS = ["basic", "bearer", "client credentials"]


@pytest.fixture
def site() -> Iterator[Handle]:
    with running("cloud", gateway=True) as handle:
        service_account(handle.site)
        yield handle


def address(site: Handle) -> str:
    return f"{site.gateway_url}/ex/jira/{site.site.identity}"


def bearer(site: Handle, way: str) -> str:
    if way == "bearer":
        return service_account(site.site).secret
    asked = {
        "grant_type": "client_credentials",
        "client_id": ROBOT_CLIENT,
        "client_secret": ROBOT_SECRET,
    }
    answer = requests.post(f"{site.gateway_url}/oauth/token", data=asked, timeout=10)
    token: str = answer.json()["access_token"]
    return token


@pytest.mark.parametrize("way", WAYS)
def test_pypis_jira(site: Handle, way: str) -> None:
    options = {"check_update": False, "rest_api_version": "3"}
    login: dict[str, Any] = {"token_auth": bearer(site, way)}
    if way == "basic":
        token = service_account(site.site)
        login = {"basic_auth": (token.user.email, token.secret)}
    client = pypi.JIRA(address(site), options=options, max_retries=0, **login)
    try:
        assert client.myself()["displayName"] == "ALM Robot"
        assert {one.key for one in client.projects()} >= {"ART", "FALCON"}
        made = client.create_issue(
            project="FALCON", summary="By the gateway", issuetype={"name": "Story"}
        )
        made.update(summary="Changed by the gateway")
        assert client.issue(made.key).fields.summary == "Changed by the gateway"
        assert any(one["to"]["name"] == "Done" for one in client.transitions(made))
    finally:
        client.close()


@pytest.mark.parametrize("way", WAYS)
def test_atlassian_python_api(site: Handle, way: str) -> None:
    login: dict[str, Any] = {"token": bearer(site, way)}
    if way == "basic":
        token = service_account(site.site)
        login = {"username": token.user.email, "password": token.secret}
    with Jira(address(site), cloud=True, **login) as client:
        assert client.myself()["displayName"] == "ALM Robot"
        made = client.create_issue(
            {"project": {"key": "FALCON"}, "summary": "Here", "issuetype": {"name": "Story"}}
        )
        client.update_issue_field(made["key"], {"summary": "There"})
        assert client.issue(made["key"])["fields"]["summary"] == "There"
        assert client.get_all_agile_boards()["values"]
