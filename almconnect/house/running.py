"""Demo and serve: everything started in order, watched, and stopped in order.

The order of starting: broker, migrations, sandboxes, web, worker, beat. Ready means that /readyz
answers 200. What the environment already says wins over what is chosen here.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from almconnect.house import embedded_broker, folder, ports, roles
from almconnect.house.child import Recipe
from almconnect.house.readiness import Readiness
from almconnect.house.report import Ready
from almconnect.house.supervisor import StartFailed, Stopped, Supervisor, say

STOP_ORDER = ("worker", "beat", "web", "sandbox", "broker")
SANDBOXES = {"cloud": ("cloud", ""), "datacenter": ("datacenter", "10")}
# Whose second door speaks TLS, for trying what the console says to each certificate: Jira Cloud's own is
# never a matter of the company's authority.
TLS_DOORS = {"datacenter": "datacenter-tls"}
NO_BROKER = (
    "The embedded broker cannot run on this machine; the worker runs inside the web process. "
    "Fine for a look; for real work set ALMCONNECT_BROKER_URL to a Redis server."
)


@dataclass(frozen=True, slots=True)
class Wishes:
    """What the person asked for. `sandboxes`: with the small Jiras, as the demo has them."""

    data: Path
    sandboxes: bool
    host: str = "127.0.0.1"
    port: int = 0
    reset: bool = False
    as_json: bool = False


@dataclass(slots=True)
class House:
    """One running house, while it is being put up."""

    wishes: Wishes
    environment: dict[str, str]
    ports: dict[str, int]
    supervisor: Supervisor
    sandboxes: dict[str, str] = field(default_factory=dict)
    tls_urls: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.environment["ALMCONNECT_BASE_URL"]


def run(wishes: Wishes) -> int:
    """Until a signal comes; the exit code."""
    try:
        with folder.held(wishes.data, reset=wishes.reset):
            names = ["web", *((*SANDBOXES, *TLS_DOORS.values()) if wishes.sandboxes else ())]
            chosen = ports.choose(
                names,
                host=wishes.host,
                kept_in=wishes.data / "ports.json",
                wanted={"web": wishes.port},
            )
            environment = environment_for(wishes, chosen["web"])
            # `run.py manage` makes links for people: they must lead to where this house answers.
            address = wishes.data / "address"
            address.write_text(environment["ALMCONNECT_BASE_URL"], encoding="utf-8")
            supervisor = Supervisor(environment, wishes.data / "logs")
            return _live(House(wishes, environment, chosen, supervisor))
    except (folder.FolderTaken, OSError) as problem:
        say(str(problem))
        return 1


def _live(house: House) -> int:
    supervisor = house.supervisor
    supervisor.heed_signals()
    try:
        ready = _put_up(house)
        print(ready.as_json() if house.wishes.as_json else ready.as_text(), flush=True)
        supervisor.watch()
    except Stopped:
        pass
    except StartFailed as problem:
        say(str(problem))
        return 1
    finally:
        say("Stopping …")
        supervisor.stop(STOP_ORDER)
    return 0


def environment_for(wishes: Wishes, port: int) -> dict[str, str]:
    """The children's environment: ours as it is, completed by what the house decides."""
    address = "127.0.0.1" if wishes.host in {"0.0.0.0", "::"} else wishes.host  # noqa: S104
    name = f"[{address}]" if ":" in address else address
    decided = {
        "ALMCONNECT_DATA_DIR": str(wishes.data),
        "ALMCONNECT_BASE_URL": f"http://{name}:{port}",
        "PYTHONUNBUFFERED": "1",
    }
    if wishes.sandboxes:
        decided |= {"ALMCONNECT_EGRESS_ALLOW": "127.0.0.0/8,::1", "ALMCONNECT_POLL_SECONDS": "10"}
    return decided | dict(os.environ) | {"ALMCONNECT_DATA_DIR": str(wishes.data)}


def _put_up(house: House) -> Ready:
    supervisor, wishes = house.supervisor, house.wishes
    separate_worker = _start_broker(house)
    supervisor.run(roles.manage("migrate", "migrate", "--noinput"), within=120)
    if wishes.sandboxes:
        _start_sandboxes(house)
    web = supervisor.start(Recipe("web", roles.web(wishes.host, house.ports["web"]), grace=12))
    if separate_worker:
        for name, command in roles.workers().items():
            supervisor.start(Recipe(name, command, grace=20))
        supervisor.start(Recipe("beat", roles.beat()))
    readiness = Readiness(wishes.host, house.ports["web"])
    supervisor.wait_until(web, readiness.reached, within=60, why_not=readiness.why_not)
    if wishes.sandboxes:
        login = roles.manage(
            "login",
            *("login_link", "--user", "admin", "--role", "admin", "--minutes", "60"),
            first_line=True,
        )
    else:
        login = Recipe("setup", roles.first_link(), first_line=True)
    link = supervisor.run(login, within=60)
    return Ready(
        url=house.url,
        login_url=link,
        data=str(wishes.data),
        sandboxes=house.sandboxes,
        tls_urls=house.tls_urls,
        accounts=house.accounts,
        notice="" if separate_worker else NO_BROKER,
    )


def _start_broker(house: House) -> bool:
    """Start the embedded broker unless another is configured. False: none can run here."""
    environment, data = house.environment, house.wishes.data
    if any(environment.get(f"ALMCONNECT_BROKER_URL{end}") for end in ("", "_FILE")):
        return True
    program = embedded_broker.binary()
    if program is None:
        environment |= {"ALMCONNECT_BROKER_URL": "memory://", "ALMCONNECT_WORKER_IN_WEB": "yes"}
        return False
    broker = house.supervisor.start(embedded_broker.recipe(program, data))
    house.supervisor.wait_until(broker, lambda: embedded_broker.answers(data), within=20)
    return True


def _start_sandboxes(house: House) -> None:
    for name, (flavour, version) in SANDBOXES.items():
        recipe = roles.sandbox(
            name,
            house.wishes.host,
            house.ports[name],
            house.wishes.data / f"sandbox-{name}.state",
            flavour=flavour,
            version=version,
            tls_port=house.ports.get(TLS_DOORS.get(name, ""), 0),
        )
        child = house.supervisor.start(recipe)
        try:
            told = json.loads(child.first_line(within=30))
            house.sandboxes[name] = told.pop("url")
            if name in TLS_DOORS:
                house.tls_urls[name] = told.pop("tls_url")
        except (TimeoutError, ValueError, KeyError) as problem:
            raise StartFailed(
                f"{recipe.name} did not say its address. Its log:\n{child.last_lines()}"
            ) from problem
        house.accounts[name] = told


if sys.platform == "win32":
    raise SystemExit("ALM Connect runs on Linux and macOS; on Windows use WSL or the container.")
