"""A Jira that misbehaves: what the client makes of it, and what it leaves alone."""

from collections.abc import Callable
from typing import Any

import pytest
import requests

from jira_client.client import JiraClient
from jira_client.dance import request_token
from jira_client.diagnosis import explain
from jira_client.errors import (
    AnswerLost,
    CaptchaRequired,
    JiraError,
    NotJson,
    OAuthProblem,
    RateLimited,
    ServerFault,
)
from jira_client.keys import KeyPair
from jira_client.permission_evaluation import evaluate
from jira_client.requirements import PROJECT_KEYS
from jira_client.transport import Transport
from jira_client.values import PermissionState, Project
from jira_sandbox.server import Handle
from tests.jira_client.contract.approving import CALLBACK, CONSUMER, add_link
from tests.jira_client.contract.stories import new
from tests.outgoing.servers import LOOPBACK

Control = Callable[..., None]


@pytest.fixture
def control(jira: Handle) -> Control:
    """`control("faults", name="error", value=503)`: the sandbox's control endpoints."""

    def post(kind: str, **body: Any) -> None:
        url = f"{jira.url}/sandbox/{kind}"
        with requests.Session() as session:
            session.trust_env = False
            session.post(url, json=body, timeout=10).raise_for_status()

    return post


@pytest.mark.parametrize("fault", ["answer_lost", "answer_html"])
def test_a_lost_answer_is_an_unknown_outcome_and_is_not_sent_again(
    client: JiraClient, falcon: Project, control: Control, fault: str
) -> None:
    before = client.search.count("project = FALCON")
    control("faults", name=fault, times=1, method="POST", path="/issue$")
    with pytest.raises((AnswerLost, ServerFault)) as caught:
        new(client, falcon, "once")
    assert caught.value.outcome_unknown
    assert client.search.count("project = FALCON") == before + 1


@pytest.mark.parametrize(
    ("fault", "value", "kind", "code"),
    [
        ("rate_limit", 7, RateLimited, "rate_limited"),
        ("error", 503, ServerFault, "server_fault"),
        ("login_page", True, NotJson, "login_page"),
    ],
)
def test_faults_have_their_names(
    client: JiraClient,
    control: Control,
    fault: str,
    value: object,
    kind: type[JiraError],
    code: str,
) -> None:
    control("faults", name=fault, value=value)
    with pytest.raises(kind) as caught:
        client.myself()
    assert explain(caught.value).code == code
    assert caught.value.retry_after == (7 if fault == "rate_limit" else None)


def test_a_revoked_grant_is_missing_in_its_project_only(
    client: JiraClient, control: Control
) -> None:
    control("grants", user="svc-alm", project="FALCON", permission="SCHEDULE_ISSUES", granted=False)
    projects = client.projects.list()
    states = client.permissions.of_projects(projects, PROJECT_KEYS)
    lost = [
        project.key
        for project in projects
        if states[project.id]["SCHEDULE_ISSUES"] is PermissionState.MISSING
    ]
    assert lost == ["FALCON"]
    assert [evaluate(one).is_ready for one in states.values()].count(False) == 1


def test_a_wrong_base_url_is_named_to_the_part(
    jira: Handle, client: JiraClient, control: Control, pair: KeyPair
) -> None:
    add_link(jira, pair)
    control("faults", name="base_url", value=jira.url.replace("http://127.0.0.1", "https://tomcat"))
    with Transport(jira.url, LOOPBACK) as transport, pytest.raises(OAuthProblem) as caught:
        request_token(transport, jira.url, CONSUMER, pair.private_pem, CALLBACK)
    found = explain(caught.value, entered_url=jira.url, server=client.server_info())
    assert found.code == "oauth_signature_invalid"
    assert "scheme: here http, at Jira https" in found.what
    assert "host: here 127.0.0.1, at Jira tomcat" in found.what


def test_clock_skew_is_told_in_seconds(jira: Handle, control: Control, pair: KeyPair) -> None:
    add_link(jira, pair)
    control("faults", name="clock_skew", value=900)
    with Transport(jira.url, LOOPBACK) as transport, pytest.raises(OAuthProblem) as caught:
        request_token(transport, jira.url, CONSUMER, pair.private_pem, CALLBACK)
    found = explain(caught.value)
    assert found.code == "oauth_timestamp_refused"
    assert "behind Jira's" in found.what


def test_captcha_after_failed_logins_stops_everything(jira: Handle, client: JiraClient) -> None:
    if jira.site.cloud:
        pytest.skip("Cloud has no CAPTCHA")
    if jira.site.basic_disabled:
        pytest.skip("Data Center 11 takes no password at its API, so nothing counts failed ones")
    client.auth = type(client.auth)("svc-alm", "wrong")  # type: ignore[call-arg]
    for _ in range(3):
        with pytest.raises(JiraError):
            client.myself()
    with pytest.raises(CaptchaRequired):
        client.myself()
