"""The demo as a process, as `run.py demo --json` starts it: the console and two small Jiras."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jira_sandbox.server import Handle, running

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True)
class Account:
    """A person of a sandbox. `secret`: what Basic Auth takes, an API token on Cloud."""

    username: str
    password: str
    shown: str
    basic_name: str
    secret: str


@dataclass(frozen=True, slots=True)
class Jira:
    """One sandbox: `cloud` or `datacenter`. `robot`: the service account of Cloud, without a password."""

    flavour: str
    url: str
    admin: Account
    service: Account
    robot: Account | None = None


OwnJira = tuple[Jira, Handle]


@dataclass(frozen=True, slots=True)
class Demo:
    url: str
    login_url: str
    jiras: dict[str, Jira]


@contextmanager
def own_jira(flavour: str, **options: Any) -> Iterator[OwnJira]:
    """A sandbox of this process for one test alone, which it may spoil; `options` as of `running`."""
    with running(flavour=flavour, **options) as handle:
        people = {}
        for name in ("admin", "svc-alm"):
            user = handle.site.users[name]
            basic = (user.email, user.api_token) if handle.site.cloud else (name, user.password)
            people[name] = Account(name, user.password, user.display_name, *basic)
        yield Jira(flavour, handle.url, people["admin"], people["svc-alm"]), handle


@contextmanager
def started(folder: Path) -> Iterator[Demo]:
    """Running until the end of the block; its keys and data lie in `folder`. Raises RuntimeError."""
    kept = {name: value for name, value in os.environ.items() if "ALMCONNECT" not in name}
    words = ["-m", "almconnect.launcher", "demo", "--json", "--data", str(folder / "data")]
    with (folder / "demo.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, *words],
            cwd=ROOT,
            env={
                **kept,
                "PYTHONPATH": str(ROOT),
                "XDG_CONFIG_HOME": str(folder / "config"),
                # No poll falls due while tests run: what they see came by webhook.
                "ALMCONNECT_POLL_SECONDS": "3600",
            },
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    try:
        line = process.stdout.readline() if process.stdout else ""
        if not line:
            raise RuntimeError(f"not ready: {(folder / 'demo.log').read_text()[-2000:]}")
        yield _read(json.loads(line))
    finally:
        process.terminate()
        process.communicate(timeout=90)


def _read(told: dict[str, object]) -> Demo:
    def account(said: dict[str, str]) -> Account:
        return Account(
            username=said["username"],
            password=said["password"],
            shown=said["display_name"],
            basic_name=said.get("email") or said["username"],
            secret=said.get("api_token") or said["password"],
        )

    def robot(said: dict[str, str] | None) -> Account | None:
        return Account("robot", "", "ALM Robot", said["email"], said["api_token"]) if said else None

    accounts: dict[str, dict[str, dict[str, str]]] = told["accounts"]  # type: ignore[assignment]
    sandboxes: dict[str, str] = told["sandboxes"]  # type: ignore[assignment]
    jiras = {
        name: Jira(
            name,
            url,
            account(accounts[name]["admin"]),
            account(accounts[name]["service_user"]),
            robot(accounts[name].get("service_account")),
        )
        for name, url in sandboxes.items()
    }
    return Demo(str(told["url"]), str(told["login_url"]), jiras)
