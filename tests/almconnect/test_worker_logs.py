"""A Jira that fails and throws our credential back at us: no log of the installation holds it.

The installation starts its own processes; their logs are read as they lie in the data folder.
"""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from jira_sandbox import answer_faults, app
from jira_sandbox.server import running as jira_running
from jira_sandbox.wire import Response
from tests.almconnect.installations import running
from tests.almconnect.waiting import wait_for
from tests.process.installation import Installation

pytestmark = [pytest.mark.process, pytest.mark.slow]
HURRIED = {
    "ALMCONNECT_EGRESS_ALLOW": "127.0.0.0/8",
    "ALMCONNECT_POLL_SECONDS": "1",
    "ALMCONNECT_LOG_LEVEL": "DEBUG",
}


class Telltale:
    """In the place of every answer: a failure that repeats what we sent, in header, reason and body."""

    def __init__(self, secret: str) -> None:
        self.secret, self.asked = secret, set[tuple[str, str]]()

    def __call__(self, faults: Any, request: Any) -> Response:
        self.asked.add((request.method, request.path))
        sent = next(
            (v for n, v in dict(request.headers).items() if n.lower() == "authorization"), ""
        )
        body = f'{{"errorMessages": ["refused {sent}, password={self.secret} ({self.secret})"]}}'
        status = (500, 503, 400, 403)[len(self.asked) % 4]
        headers = [("X-Sent", sent), ("Set-Cookie", f"JSESSIONID={self.secret}")]
        return Response(status, body.encode(), "application/json", headers)


@pytest.mark.parametrize("flavour", ["cloud", "datacenter"])
def test_no_log_of_the_installation_holds_a_credential(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flavour: str
) -> None:
    data = tmp_path / "data"
    with (
        jira_running(flavour=flavour, service_admin=True) as handle,
        running("serve", data, **HURRIED) as (_process, told),
    ):
        console = Installation(tmp_path, {}, port=int(told["url"].rpartition(":")[2]))
        console.sign_in()
        project = console.connect(handle)["id"]
        user = handle.site.users["svc-alm"]
        name, secret = (
            (user.email, user.api_token) if handle.site.cloud else (user.name, user.password)
        )
        telltale = Telltale(secret)
        monkeypatch.setattr(answer_faults, "instead", telltale)
        handle.site.parts["faults"].switch("slow", 1)  # any fault at all makes the sandbox ask
        for number, item in enumerate(list(console.items(project).values())[:5]):
            console.call("PATCH", f"/items/{item['id']}", summary=f"Board {number}")
        console.call("POST", "/items", project=project, type="Story", summary="Lost one")

        def met() -> bool:
            paths = {path.rpartition("/")[2] for _method, path in telltale.asked}
            return "issue" in paths and len(paths) > 1

        wait_for("a create and a read to fail", met, 60)
        console.session.close()
    assert app.answer_faults.instead is telltale
    logs = {path.name: path.read_text("utf-8") for path in data.rglob("*.log*")}
    assert any("worker" in name and "sync." in text for name, text in logs.items()), list(logs)
    basic = base64.b64encode(f"{name}:{secret}".encode()).decode()
    found = [(log, word) for log, text in logs.items() for word in (secret, basic) if word in text]
    assert not found
