"""A Personal Access Token on Cloud is called what it is, whatever is asked with it."""

from jira_client.auth import Bearer
from jira_client.client import JiraClient
from jira_client.diagnosis import explain
from jira_client.errors import AuthenticationRefused, WrongToken
from jira_client.transport import Transport
from jira_sandbox.serving import running
from tests.jira_client.servers import LOOPBACK


def refused(version: int, flavour: str) -> Exception:
    with running(flavour, version) as handle, Transport(handle.url, LOOPBACK) as transport:
        try:
            JiraClient(transport, Bearer("NjE2ODQ3-not-of-this-house")).myself()
        except AuthenticationRefused as error:
            return error
    raise AssertionError("The token was taken.")


def test_on_cloud_it_is_the_wrong_kind() -> None:
    error = refused(10, "cloud")
    assert isinstance(error, WrongToken)
    found = explain(error, account="svc@example.com")
    assert (found.code, found.anchor) == ("wrong_token", "wrong-token")
    assert "Data Center only" in found.remedy
    assert "svc@example.com" in found.remedy


def test_on_data_center_it_is_only_a_wrong_one() -> None:
    error = refused(10, "datacenter")
    assert not isinstance(error, WrongToken)
    assert explain(error).code == "authentication_refused"
