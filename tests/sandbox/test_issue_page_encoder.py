"""The fast path of pages says exactly what the plain rendering of one issue says."""

from __future__ import annotations

import json

import pytest

from jira_sandbox.model.links_and_moves import link
from jira_sandbox.rest.issue_page_encoder import Writer
from jira_sandbox.rest.issue_renderer import Renderer
from jira_sandbox.seed import seeded


@pytest.mark.parametrize("flavour", ["cloud", "datacenter"])
@pytest.mark.parametrize("api", ["2", "3"])
def test_both_ways_agree_on_every_issue_and_field(flavour: str, api: str) -> None:
    site = seeded(flavour)
    reader = site.users["svc-alm"]
    one, two = site.issue("FALCON-1"), site.issue("OTTER-2")
    assert one is not None
    assert two is not None
    link(site, reader, site.link_types["10000"], one, two)
    one.properties["board"] = {"rev": 1}
    one.values["summary"] = 'Quotes " and \\ and ünïcode \u2028'
    renderer = Renderer(site, api, reader)
    fields = renderer.chosen(["*all"], "")
    writer = Writer(renderer, fields, ["board"])
    for issue in site.issues.values():
        written = json.loads(writer.issue(issue))
        assert written == renderer.issue(issue, fields, ["board"]), issue.key
    assert len(site.issues) > 50
