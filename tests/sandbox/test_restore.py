"""A running site is put back to an earlier state: what was made since is gone, its numbers are free."""

from __future__ import annotations

import pytest

from jira_sandbox.server import Handle
from jira_sandbox.state.dump import dumped
from jira_sandbox.state.restore import go_back
from tests.sandbox.callers import Caller


def test_it_holds_what_it_held_and_goes_on_from_there(jira: Handle) -> None:
    service, site = Caller(jira), jira.site
    key = service.story()["key"]
    with site.lock:
        yesterday = dumped(site)
    service("PUT", f"/rest/api/2/issue/{key}", {"fields": {"summary": "Of today"}})
    first = service.story()
    assert dumped(site) != yesterday
    go_back(site, yesterday)
    assert dumped(site) == yesterday
    assert service("GET", f"/rest/api/2/issue/{first['key']}").status_code == 404
    again = service.story()
    assert (again["id"], again["key"]) == (first["id"], first["key"])


def test_another_flavours_state_does_not_fit(jira: Handle) -> None:
    yesterday = dumped(jira.site) | {"flavour": "another"}
    with pytest.raises(ValueError, match="another"):
        go_back(jira.site, yesterday)
