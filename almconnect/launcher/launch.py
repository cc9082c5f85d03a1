"""Demo and serve: everything started in order, watched, and stopped in order.

The order of starting: broker, migrations, sandboxes, web, worker, beat. Ready means that /readyz
answers 200. What the environment already says wins over what is chosen here.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from almconnect.launcher import embedded_broker, folder, ports, roles
from almconnect.launcher.child import Recipe
from almconnect.launcher.readiness import Readiness
from almconnect.launcher.report import Ready
from almconnect.launcher.supervisor import StartFailed, Stopped, Supervisor, say

STOP_ORDER = ("worker", "beat", "web", "sandbox", "broker")
SANDBOXES = {"cloud": ("cloud", ""), "datacenter": ("datacenter", "10")}
# Whose second door speaks TLS, for trying what the console says to each certificate: Jira Cloud's own is
# never a matter of the company's authority.
TLS_DOORS = {"datacenter": "datacenter-tls"}
# Before Jira Cloud stands Atlassian's gateway, at which tokens with scopes work.
GATEWAYS = {"cloud": "cloud-gateway"}
# The way to Data Center's may go through a company's proxy with a login.
PROXIES = {"datacenter": "company-proxy"}
_OF_ATLASSIAN = ("ALMCONNECT_ATLASSIAN_API", "ALMCONNECT_ATLASSIAN_AUTH")
NO_BROKER = (
    "The embedded broker cannot run on this machine; the worker runs inside the web process. "
    "Fine for a look; for real work set ALMCONNECT_BROKER_URL to a Redis server."
)


@dataclass(frozen=True, slots=True)
class Options:
    """What the person asked for. `sandboxes`: with the small Jiras, as the demo has them."""

    data: Path
    sandboxes: bool
    host: str = "127.0.0.1"
    port: int = 0
    reset: bool = False
    as_json: bool = False


@dataclass(slots=True)
class Installation:
    """One running installation, while it is being put up."""

    options: Options
    environment: dict[str, str]
    ports: dict[str, int]
    supervisor: Supervisor
    sandboxes: dict[str, str] = field(default_factory=dict)
    tls_urls: dict[str, str] = field(default_factory=dict)
    accounts: dict[str, Any] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return self.environment["ALMCONNECT_BASE_URL"]


def run(options: Options) -> int:
    """Until a signal comes; the exit code."""
    try:
        with folder.held(options.data, reset=options.reset):
            names = [
                "web",
                *(
                    (*SANDBOXES, *TLS_DOORS.values(), *GATEWAYS.values(), *PROXIES.values())
                    if options.sandboxes
                    else ()
                ),
            ]
            chosen = ports.choose(
                names,
                host=options.host,
                kept_in=options.data / "ports.json",
                wanted={"web": options.port},
            )
            environment = environment_for(options, chosen)
            # `run.py manage` makes links for people: they must lead to where this installation answers.
            address = options.data / "address"
            address.write_text(environment["ALMCONNECT_BASE_URL"], encoding="utf-8")
            supervisor = Supervisor(environment, options.data / "logs")
            return _live(Installation(options, environment, chosen, supervisor))
    except (folder.FolderTaken, OSError) as problem:
        say(str(problem))
        return 1


def _live(installation: Installation) -> int:
    supervisor = installation.supervisor
    supervisor.heed_signals()
    try:
        ready = _put_up(installation)
        print(ready.as_json() if installation.options.as_json else ready.as_text(), flush=True)
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


def environment_for(options: Options, ports: Mapping[str, int]) -> dict[str, str]:
    """The children's environment: ours as it is, completed by what the installation decides."""
    address = "127.0.0.1" if options.host in {"0.0.0.0", "::"} else options.host  # noqa: S104
    name = f"[{address}]" if ":" in address else address
    decided = {
        "ALMCONNECT_DATA_DIR": str(options.data),
        "ALMCONNECT_BASE_URL": f"http://{name}:{ports['web']}",
        "PYTHONUNBUFFERED": "1",
    }
    if options.sandboxes:
        decided |= {
            "ALMCONNECT_EGRESS_ALLOW": "127.0.0.0/8,::1",
            "ALMCONNECT_POLL_SECONDS": "10",
            **dict.fromkeys(_OF_ATLASSIAN, f"http://{name}:{ports[GATEWAYS['cloud']]}"),
        }
    return decided | dict(os.environ) | {"ALMCONNECT_DATA_DIR": str(options.data)}


def _put_up(installation: Installation) -> Ready:
    supervisor, options = installation.supervisor, installation.options
    separate_worker = _start_broker(installation)
    supervisor.run(roles.manage("migrate", "migrate", "--noinput"), within=120)
    if options.sandboxes:
        _start_sandboxes(installation)
    web = supervisor.start(
        Recipe("web", roles.web(options.host, installation.ports["web"]), grace=12)
    )
    if separate_worker:
        for name, command in roles.workers().items():
            supervisor.start(Recipe(name, command, grace=20))
        supervisor.start(Recipe("beat", roles.beat()))
    readiness = Readiness(options.host, installation.ports["web"])
    supervisor.wait_until(web, readiness.reached, within=60, why_not=readiness.why_not)
    if options.sandboxes:
        login = roles.manage(
            "login",
            *("login_link", "--user", "admin", "--role", "admin", "--minutes", "60"),
            first_line=True,
        )
    else:
        login = Recipe("setup", roles.first_link(), first_line=True)
    link = supervisor.run(login, within=60)
    return Ready(
        url=installation.url,
        login_url=link,
        data=str(options.data),
        sandboxes=installation.sandboxes,
        tls_urls=installation.tls_urls,
        accounts=installation.accounts,
        notice="" if separate_worker else NO_BROKER,
    )


def _start_broker(installation: Installation) -> bool:
    """Start the embedded broker unless another is configured. False: none can run here."""
    environment, data = installation.environment, installation.options.data
    if any(environment.get(f"ALMCONNECT_BROKER_URL{end}") for end in ("", "_FILE")):
        return True
    program = embedded_broker.binary()
    if program is None:
        environment |= {"ALMCONNECT_BROKER_URL": "memory://", "ALMCONNECT_WORKER_IN_WEB": "yes"}
        return False
    broker = installation.supervisor.start(embedded_broker.recipe(program, data))
    installation.supervisor.wait_until(broker, lambda: embedded_broker.answers(data), within=20)
    return True


def _start_sandboxes(installation: Installation) -> None:
    for name, (flavour, version) in SANDBOXES.items():
        recipe = roles.sandbox(
            name,
            installation.options.host,
            installation.ports[name],
            installation.options.data / f"sandbox-{name}.state",
            flavour=flavour,
            version=version,
            tls_port=installation.ports.get(TLS_DOORS.get(name, ""), 0),
            gateway_port=installation.ports.get(GATEWAYS.get(name, ""), 0),
            proxy_port=installation.ports.get(PROXIES.get(name, ""), 0),
        )
        child = installation.supervisor.start(recipe)
        try:
            told = json.loads(child.first_line(within=30))
            installation.sandboxes[name] = told.pop("url")
            if name in TLS_DOORS:
                installation.tls_urls[name] = told.pop("tls_url")
        except (TimeoutError, ValueError, KeyError) as problem:
            raise StartFailed(
                f"{recipe.name} did not say its address. Its log:\n{child.last_lines()}"
            ) from problem
        installation.accounts[name] = told


if sys.platform == "win32":
    raise SystemExit("ALM Connect runs on Linux and macOS; on Windows use WSL or the container.")
