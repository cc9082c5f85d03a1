"""The steps of the connection guide in the console, by the guide's own labels and by roles.

What a person reads is what is looked for: no ids, no classes.
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser import sandbox
from tests.browser.demonstration import Account, Demo, Jira


@dataclass(frozen=True, slots=True)
class Board:
    """A mapped project, the team that holds it and the PI that holds its sprints."""

    key: str
    team: str
    pi: str


def named(words: str) -> str:
    """A name that no other connection has."""
    return f"{words} {secrets.token_hex(3)}"


def heading(page: Page, words: str | re.Pattern[str]) -> None:
    expect(page.get_by_role("heading", level=1, name=words)).to_be_visible()


def select_tool(page: Page, demo: Demo) -> None:
    """RTE Cockpit > ALM Connections > Add new ALM Connection > Jira > Next."""
    page.goto(demo.url)
    menu = page.get_by_role("navigation", name="Main")
    expect(menu.get_by_role("link", name="RTE Cockpit")).to_have_attribute("aria-current", "page")
    menu.get_by_role("link", name="ALM Connections").click()
    page.get_by_role("link", name="Add new ALM Connection").click()
    heading(page, "Select ALM Tool")
    page.get_by_label("Jira", exact=True).check()
    page.get_by_role("button", name="Next").click()
    heading(page, "Jira - Connection")


def connect_by_oauth(page: Page, demo: Demo, name: str, address: str) -> None:
    """Up to the answer of "Connect to Jira"; OAuth is what the page offers by itself."""
    select_tool(page, demo)
    page.get_by_label("Connection Name").fill(name)
    page.get_by_label("Instance URL").fill(address)
    page.get_by_role("button", name="Connect to Jira").click()


def connect_by_oauth2(page: Page, demo: Demo, name: str, address: str) -> None:
    """Up to the answer of "Connect to Jira", by "Use OAuth 2.0"."""
    select_tool(page, demo)
    page.get_by_role("link", name="Use OAuth 2.0").click()
    page.get_by_label("Connection Name").fill(name)
    page.get_by_label("Instance URL").fill(address)
    page.get_by_role("button", name="Connect to Jira").click()


def connect_by_basic(
    page: Page, demo: Demo, name: str, address: str, account: Account, secret: str = ""
) -> None:
    """Up to the answer of "Connect to Jira"."""
    select_tool(page, demo)
    page.get_by_role("link", name="Switch to Basic Auth").click()
    page.get_by_label("Connection Name").fill(name)
    page.get_by_label("Instance URL").fill(address)
    page.get_by_label("Username").fill(account.basic_name)
    password(page).fill(secret or account.secret)
    page.get_by_role("button", name="Connect to Jira").click()


def password(page: Page) -> Locator:
    """The account's in Jira; a proxy's has a field of its own."""
    return page.get_by_label(re.compile(r"^Password( optional)?$"))


def connected(page: Page, demo: Demo, jira: Jira, name: str) -> str:
    """A finished connection by Basic Auth as the service user; the address of its first tab."""
    connect_by_basic(page, demo, name, jira.url, jira.service)
    expect(page.get_by_text(f"This connection acts as {jira.service.shown}.")).to_be_visible()
    return page.url


def make_link(context: BrowserContext, console: Page, jira: Jira) -> None:
    """The application link as Jira's admin, in a tab of its own, from what "Setup OAuth" shows."""
    tab = context.new_page()
    sandbox.log_in(tab, jira, jira.admin)
    sandbox.create_application_link(
        tab,
        jira,
        application_url=copied(console, "Application URL"),
        consumer_key=copied(console, "Consumer Key"),
        public_key=copied(console, "Public Key"),
    )
    sandbox.log_out(tab)
    tab.close()


def authenticate(context: BrowserContext, console: Page) -> Page:
    """Press "Authenticate"; the new tab."""
    with context.expect_page() as opening:
        console.get_by_role("link", name="Authenticate").click()
    return opening.value


def allow(consent: Page, account: Account) -> None:
    """Jira's side of it, in the tab that "Authenticate" opened."""
    sandbox.fill_login(consent, account)
    expect(consent.get_by_text(f"as {account.shown}")).to_be_visible()
    consent.get_by_role("button", name="Allow").click()
    heading(consent, "Access was allowed in Jira")
    consent.close()


def authorise(context: BrowserContext, console: Page, jira: Jira) -> None:
    """From "Setup OAuth" on: the link as Jira's admin, the consent as the service user, the end."""
    make_link(context, console, jira)
    allow(authenticate(context, console), jira.service)
    console.get_by_role("button", name="Check & Close").click()
    expect(console.get_by_text(f"{jira.service.shown} authorised this connection")).to_be_visible()


def connect_by_token(page: Page, demo: Demo, name: str, address: str, token: str) -> None:
    """Up to the answer of "Connect to Jira", by "Use a Personal Access Token"."""
    select_tool(page, demo)
    page.get_by_role("link", name="Use a Personal Access Token").click()
    page.get_by_label("Connection Name").fill(name)
    page.get_by_label("Instance URL").fill(address)
    page.get_by_label("Personal Access Token").fill(token)
    page.get_by_role("button", name="Connect to Jira").click()


def told(page: Page) -> str:
    """What the page says went wrong, in one sentence, and what to do."""
    return page.get_by_role("group", name="What happened").inner_text()


def copied(page: Page, what: str) -> str:
    """Press the copy button of a value; the value, as it stands in the field."""
    field = page.get_by_label(what, exact=True)
    page.get_by_role("button", name=f"Copy {what}").click()
    expect(page.get_by_role("button", name="Copied").first).to_be_visible()  # for two seconds
    return field.input_value()


def invited(page: Page, demo: Demo, other: BrowserContext, username: str, role: str) -> Page:
    """Another person of that role, who follows the invitation in a browser of their own."""
    page.goto(f"{demo.url}/people/add/")
    page.get_by_label("User name").fill(username)
    page.get_by_label("Role").select_option(label=role)
    page.get_by_role("button", name="Add and make an invitation").click()
    link = page.get_by_label("Invitation link", exact=True).input_value()
    theirs = other.new_page()
    theirs.goto(link)
    password = secrets.token_urlsafe(16)
    theirs.get_by_label("Password", exact=True).fill(password)
    theirs.get_by_label("Password again").fill(password)
    theirs.get_by_role("button", name="Set password and sign in").click()
    expect(theirs.get_by_role("navigation", name="Main")).to_be_visible()
    return theirs


def forget_connections(page: Page, demo: Demo, jira: Jira) -> None:
    """Delete every connection to this Jira, drafts too."""
    page.goto(f"{demo.url}/connections/")
    names = page.get_by_role("row").filter(has_text=jira.url).get_by_role("rowheader")
    for link in [one.get_attribute("href") for one in names.get_by_role("link").all()]:
        page.goto(f"{demo.url}{link}delete/")
        page.get_by_role("button", name="Delete this connection").click()
        heading(page, "ALM Connections")


def open_tab(page: Page, name: str) -> None:
    """A tab of the connection that is open, such as "#2 Projects"."""
    page.get_by_role("link", name=name, exact=True).click()


def map_project(page: Page, key: str, *, team: str, pi: str, new_pi: bool = True) -> None:
    """ "#2 Projects" of the connection that is open: a project to a new team, its sprints to a PI."""
    open_tab(page, "#2 Projects")
    page.get_by_role("link", name=f"Map {key}", exact=True).click()
    heading(page, re.compile(f"^Map {key} "))
    page.get_by_label("Belongs to").select_option(label="A new team")
    page.get_by_label("Name of the new team, ART or solution train").fill(team)
    page.get_by_label("Take over its open sprints as the iterations of a PI").check()
    page.get_by_label("PI", exact=True).select_option(label="A new PI" if new_pi else pi)
    if new_pi:
        page.get_by_label("Name of the new PI").fill(pi)
    page.get_by_text("Direction, conflicts, deletion, filter").click()
    page.get_by_label("Delete it in Jira too").check()
    page.get_by_role("button", name="Map and import").click()


def imported(page: Page, key: str) -> None:
    """Wait, without reloading, until the project's import has finished."""
    row = page.get_by_role("row").filter(has=page.get_by_role("link", name=key, exact=True))
    project = page.get_by_role("heading", level=1, name=re.compile(f"^{key} "))
    done = page.get_by_role("main").filter(has=project).or_(row).get_by_text("Finished")
    expect(done.first).to_be_visible()


def open_board(page: Page, pi: str) -> None:
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Board").click()
    page.wait_for_url("**/board/**")  # with its scripts: choosing alone sends the form
    page.get_by_label("PI", exact=True).select_option(label=pi)
    heading(page, pi)


def row(page: Page, team: str) -> Locator:
    """A team's row of the board."""
    board = page.get_by_role("region", name="Teams by iterations")
    return board.get_by_role("row").filter(has=page.get_by_role("rowheader", name=team))


def card(page: Page, team: str, summary: str) -> Locator:
    """A card in the team's row, whichever cell it stands in."""
    name = page.get_by_role("link", name=summary, exact=True)
    return row(page, team).get_by_role("listitem").filter(has=name)


def _column(page: Page, board: Locator, iteration: str) -> int:
    """Which column it is. The table may be exchanged while it is read: then it is read again."""
    for _ in range(100):
        heads = board.get_by_role("columnheader").all_inner_texts()
        for number, words in enumerate(heads):
            if words.startswith(iteration):
                return number
        page.wait_for_timeout(50)
    raise AssertionError(f"The board has no column {iteration}: {heads}")


def cell(page: Page, team: str, iteration: str) -> Locator:
    """The cell of the board where a team's row and an iteration's column (or "Backlog") meet."""
    board = page.get_by_role("region", name="Teams by iterations")
    expect(board.get_by_role("columnheader").filter(has_text=iteration)).to_be_visible()
    place = _column(page, board, iteration)
    return row(page, team).get_by_role("cell").nth(place - 1)  # the row's head is no cell
