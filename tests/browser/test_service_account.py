"""With a service account of Jira Cloud: no password, no sign-in, a token with scopes, found to work."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from jira_sandbox.gateway import ROBOT_CLIENT, ROBOT_SECRET
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


def test_its_client_id_and_secret_connect(page: Page, demo: Demo) -> None:
    cloud, name = demo.jiras["cloud"], guide.named("Client")
    guide.select_tool(page, demo)
    page.get_by_role("link", name="Use a service account").click()
    page.get_by_label("Connection Name").fill(name)
    page.get_by_label("Instance URL").fill(cloud.url)
    page.get_by_label("Client ID").fill(ROBOT_SECRET)
    page.get_by_label("Client secret").fill(ROBOT_SECRET)
    page.get_by_role("button", name="Connect to Jira").click()
    expect(
        page.get_by_text("This is the client secret; the client ID belongs here.").first
    ).to_be_visible()
    assert ROBOT_SECRET not in page.content()
    page.get_by_label("Client ID").fill(ROBOT_CLIENT)
    page.get_by_label("Client secret").fill(ROBOT_SECRET)
    page.get_by_role("button", name="Connect to Jira").click()
    guide.heading(page, name)
    expect(page.get_by_text("This connection acts as ALM Robot.")).to_be_visible()
    expect(page.get_by_text("Service account", exact=True)).to_be_visible()
    assert ROBOT_SECRET not in page.content()
