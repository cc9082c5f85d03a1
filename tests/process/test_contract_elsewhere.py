"""The contract suite against a Jira that only the environment names, as somebody with a real one runs it.

Here it is a sandbox in another process's eyes: an address, a project, a user, a secret, no more.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from typing import Any

import pytest

from jira_sandbox.server import Handle, running
from tests.process.installation import ROOT

pytestmark = [pytest.mark.process, pytest.mark.slow]
PROJECT = "OTTER"


def contract(handle: Handle, **changed: str) -> subprocess.CompletedProcess[str]:
    user = handle.site.users["svc-alm"]
    variables = {
        **{name: value for name, value in os.environ.items() if "ALMCONNECT" not in name},
        "ALMCONNECT_TEST_JIRA_URL": handle.url,
        "ALMCONNECT_TEST_JIRA_PROJECT": PROJECT,
        "ALMCONNECT_TEST_JIRA_USER": user.email if handle.site.cloud else user.name,
        "ALMCONNECT_TEST_JIRA_SECRET": user.api_token if handle.site.cloud else user.password,
        **changed,
    }
    command = [sys.executable, "-m", "pytest", "tests/contract", "-k", "real", "-q", "-n", "0"]
    return subprocess.run(
        [*command, "-p", "no:cacheprovider"],
        cwd=ROOT,
        env=variables,
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )


def held(site: Any) -> dict[str, Any]:
    """What a tester would find changed: every issue with its values, links, sprints, webhooks."""
    issues = {one.key: (str(one.status.id), dict(one.values)) for one in site.issues.values()}
    return {"issues": issues, "links": len(site.links), "sprints": sorted(site.sprints)}


@pytest.mark.parametrize("flavour", ["cloud", "datacenter"])
def test_it_passes_and_leaves_nothing_behind(flavour: str) -> None:
    with running(flavour=flavour, service_admin=True) as handle:
        before = held(handle.site)
        done = contract(handle)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
        passed = re.search(r"(\d+) passed", done.stdout)
        assert passed is not None
        assert int(passed[1]) >= 13
        assert held(handle.site) == before
        assert sum(count for call, count in handle.site.calls.items() if "POST" in call) > 20


def test_without_a_project_nothing_is_tried() -> None:
    with running(flavour="cloud") as handle:
        done = contract(handle, ALMCONNECT_TEST_JIRA_PROJECT="")
        assert done.returncode != 0
        assert "needs ALMCONNECT_TEST_JIRA_PROJECT beside it" in done.stdout + done.stderr
        assert not handle.site.calls
