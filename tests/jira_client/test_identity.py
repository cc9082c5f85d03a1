"""What an instance is, and whom the credentials are for, before anything else is believed."""

import pytest

from jira_client.auth import OAuth1
from jira_client.client import JiraClient
from jira_client.errors import NotJira, NotJson, PermissionRefused
from jira_client.flavour import Flavour
from jira_client.keys import KeyPair
from jira_client.values import Deployment
from tests.jira_client.base_strings import verify
from tests.jira_client.servers import Scripted, answer, nobody, scripted

SERVER = {"baseUrl": "https://j/jira/", "version": "9.12.1", "versionNumbers": [9, 12, 1]}
LOGIN = b"<html><title>Log in</title><input type=password></html>"


def test_server_info_sets_the_flavour_and_is_asked_once() -> None:
    client, transport = scripted(None, answer({**SERVER, "deploymentType": "Server"}))
    assert client.flavour.deployment is Deployment.DATA_CENTER
    assert client.flavour.version_numbers == (9, 12, 1)
    assert client.flavour.webhook_style == "classic"
    assert transport.targets() == ["GET /rest/api/2/serverInfo"]


def test_server_info_needs_no_login() -> None:
    response = answer({**SERVER, "deploymentType": "Cloud"}, X_AUSERNAME="anonymous")
    client, _ = scripted(None, response, auth=nobody())
    info = client.server_info()
    assert (info.base_url, info.deployment) == ("https://j/jira", Deployment.CLOUD)


@pytest.mark.parametrize(
    ("response", "kind"),
    [
        (answer({"message": "null for uri"}, 404), NotJira),
        (answer(None, 200, b"<html><title>Welcome</title></html>"), NotJira),
        (answer(None, 200, b""), NotJira),
        (answer({"hello": "world"}), NotJira),
        (answer([1, 2]), NotJira),
        (answer(None, 200, LOGIN), NotJson),
        (answer({}, 403), PermissionRefused),
    ],
)
def test_what_is_no_jira(response: object, kind: type[Exception]) -> None:
    client, _ = scripted(None, response)
    with pytest.raises(kind):
        client.server_info()


def test_myself_must_name_somebody() -> None:
    client, _ = scripted(None, answer({"displayName": "?"}))
    with pytest.raises(NotJira):
        client.myself()


def test_an_account_id_betrays_cloud_where_server_info_is_hidden() -> None:
    client, transport = scripted(None, answer({"accountId": "5b1", "displayName": "Ann"}))
    assert client.myself().id == "5b1"
    assert client.flavour.deployment is Deployment.CLOUD
    assert len(transport.sent) == 1


def test_a_call_to_an_internal_address_is_signed_for_the_public_one(pair: KeyPair) -> None:
    transport = Scripted(answer({"name": "ann"}))
    public = "https://public.example.com/jira"
    client = JiraClient(transport, OAuth1("k", pair.private_pem, "t"), public_url=f"{public}/")
    client.myself()
    header = transport.sent[0].headers["Authorization"]
    assert verify(pair.public_pem, header, "GET", f"{public}/rest/api/2/myself")


@pytest.mark.parametrize(
    ("version", "createmeta", "webhooks", "signed", "pat", "basic_off"),
    [
        ((8, 3), "legacy", "classic", False, False, False),
        ((8, 20), "values", "classic", False, True, False),
        ((9, 12), "values", "classic", False, True, False),
        ((10, 3), "values", "jira10", True, True, False),
        ((11, 0), "values", "jira10", True, True, True),
    ],
)
def test_the_table_of_data_center(
    version: tuple[int, ...],
    createmeta: str,
    webhooks: str,
    signed: bool,
    pat: bool,
    basic_off: bool,
) -> None:
    one = Flavour.for_deployment(Deployment.DATA_CENTER, version)
    assert (one.createmeta_style, one.webhook_style) == (createmeta, webhooks)
    assert (one.webhooks_signed, one.pat, one.basic_default_off) == (signed, pat, basic_off)
