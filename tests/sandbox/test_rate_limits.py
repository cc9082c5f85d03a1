"""Rate limits per user, with each flavour's headers; off until somebody sets them."""

from __future__ import annotations

from jira_sandbox.server import Handle
from tests.sandbox.callers import Caller

MYSELF = "/rest/api/2/myself"


def limited(service: Caller, capacity: int | None) -> None:
    body = {"user": "svc-alm", "capacity": capacity, "fill": 1, "interval": 60}
    assert service("POST", "/sandbox/limits", body).status_code == 204


def test_off_by_default(service: Caller, jira: Handle) -> None:
    assert "X-RateLimit-Remaining" not in service("GET", MYSELF).headers


def test_the_bucket_empties(service: Caller, admin: Caller, jira: Handle) -> None:
    limited(service, 3)
    answers = [service("GET", MYSELF) for _ in range(4)]
    assert [one.status_code for one in answers] == [200, 200, 200, 429]
    assert [one.headers["X-RateLimit-Remaining"] for one in answers] == ["2", "1", "0", "0"]
    last = answers[-1].headers
    assert 1 <= int(last["Retry-After"]) <= 60
    if jira.site.cloud:
        assert last["RateLimit-Reason"] == "jira-burst-based"
        assert last["X-RateLimit-NearLimit"] == "true"
        assert last["X-RateLimit-Reset"].endswith("Z")
    else:
        assert (last["X-RateLimit-FillRate"], last["X-RateLimit-Interval-Seconds"]) == ("1", "60")
    assert admin("GET", MYSELF).status_code == 200
    limited(service, None)
    assert service("GET", MYSELF).status_code == 200
