"""Debian's Chromium for the browser tests and the screenshots. It must not download a browser."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, sync_playwright

# The network is closed: without these Chromium looks up its vendor's hosts at every start.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def program() -> str | None:
    """Where Chromium is, or None on a machine without it."""
    return shutil.which("chromium")


@contextmanager
def started() -> Iterator[Browser]:
    """A headless browser with an empty profile, gone at the end. Raises RuntimeError without one."""
    found = program()
    if found is None:
        raise RuntimeError("No Chromium here; on Debian: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=found, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()
