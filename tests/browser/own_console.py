"""A console of one test file's own at `localhost`, where browsers offer passkeys; its admin is anna."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests
from playwright.sync_api import Page

from tests.almconnect.waiting import wait_for
from tests.process.installation import Installation, free_port

PASSWORD = "correct horse battery"


@contextmanager
def started(folder: Path, **variables: str) -> Iterator[str]:
    """Its address; only its web role runs. `variables`: of its environment."""
    port = free_port()
    url = f"http://localhost:{port}"
    one = Installation(folder, {"ALMCONNECT_BASE_URL": url, **variables}, port=port)
    one.migrate()
    one.start("web")
    try:
        wait_for("the console", lambda: _answers(url), 60)
        _set_up(url, one.command("setup_link").split()[-1])
        yield url
    finally:
        one.down()


def by_password(page: Page, console: str) -> None:
    page.goto(f"{console}/account/login/")
    page.get_by_label("Username").fill("anna")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def _answers(url: str) -> bool:
    try:
        return requests.get(f"{url}/livez", timeout=2).status_code == 200
    except requests.RequestException:
        return False


def _set_up(url: str, link: str) -> None:
    with requests.Session() as session:
        session.get(link, timeout=20)
        token = next(value for name, value in session.cookies.items() if name.startswith("csrf"))
        fields = {"username": "anna", "full_name": "Anna Ames", "csrfmiddlewaretoken": token}
        words = {"password1": PASSWORD, "password2": PASSWORD}
        answer = session.post(link, {**fields, **words}, headers={"Referer": url}, timeout=20)
        assert answer.ok, answer.text
