"""With a service account of Jira Cloud: no password, no sign-in, a token with scopes, found to work."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser import guide
from tests.browser.demonstration import Demo


def test_its_token_connects_and_a_project_is_mapped_and_edited(page: Page, demo: Demo) -> None:
    cloud, name = demo.jiras["cloud"], guide.named("Robot")
    assert cloud.robot is not None
    guide.connect_by_basic(page, demo, name, cloud.url, cloud.robot)
    guide.heading(page, name)
    expect(page.get_by_text("This is a token with scopes")).to_be_visible()
    expect(page.get_by_text("This connection acts as ALM Robot.")).to_be_visible()
    page.get_by_role("button", name="Test connection").click()
    checks = page.get_by_role("table").filter(has_text="Who am I")
    row = checks.get_by_role("row").filter(has_text="Scopes of the token")
    expect(row).to_contain_text(re.compile("open: issues, people, projects, boards, sprints"))
    guide.open_tab(page, "#2 Projects")
    guide.map_project(page, "FALCON", team=guide.named("Team"), pi=guide.named("PI"))
    guide.imported(page, "FALCON")
