"""Why Jira did not take the webhook, in words that name who can do something about it."""

from __future__ import annotations

import pytest

from connections.access import gateway
from connections.probes import checkup
from jira_sandbox.server import Handle
from sync.webhook import webhooks
from tests.connections.test_meeting_strangers import offered
from tests.doctor.front import Rule, fronted

pytestmark = pytest.mark.django_db
BAD = {"messages": [{"key": "webhooks.invalid.url", "arguments": ["http://127.0.0.1"]}]}
OTHER = {"errorMessages": ["Something about it is wrong"], "errors": {}}
NO_SCOPE = {"code": 401, "message": "Unauthorized; scope does not match"}


@pytest.mark.parametrize("body", [BAD, OTHER])
def test_cloud_calls_https_addresses_only(body: object, cloud: Handle) -> None:
    cloud.site.users["svc-alm"].global_permissions.add("ADMINISTER")
    with fronted(
        cloud, [{"method": "POST", "path": "/webhook$", "status": 400, "body": body}]
    ) as front:
        connection = offered(front, "basic", "svc-alm-api-token", username="svc-alm@example.com")
        assert webhooks.register(connection) == "manual"
        connection.refresh_from_db()
        assert "https addresses only" in connection.webhook_detail
        assert "operator" in connection.webhook_detail
        assert "http://" in connection.webhook_detail
        assert connection.webhook_path not in connection.webhook_detail
        assert connection.health == "ok"
        gateway.forget(connection.pk)


def test_a_scope_of_webhooks_is_no_word_on_the_credential(cloud: Handle) -> None:
    cloud.site.users["svc-alm"].global_permissions.add("ADMINISTER")
    with fronted(cloud) as front:
        connection = offered(front, "basic", "svc-alm-api-token", username="svc-alm@example.com")
        front.rules.append(Rule(path="/rest/webhooks/", auth="any", status=401, body=NO_SCOPE))
        assert webhooks.register(connection) == "manual"
        connection.refresh_from_db()
        assert "manage:jira-webhook" in connection.webhook_detail
        rows = {row.name: row.state for row in checkup.run(connection).rows}
        assert rows["webhook"] != "fail"
        connection.refresh_from_db()
        assert connection.health == "ok"
        gateway.forget(connection.pk)
