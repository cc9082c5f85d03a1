"""`python -m jira_sandbox`: a Jira to look at, until it is told to end.

Prints its address and the people who can sign in; SIGTERM or Ctrl-C ends it cleanly.
"""

import argparse
import json
import signal
import sys
import threading
from dataclasses import replace
from pathlib import Path
from types import FrameType
from typing import Any

from .forward_proxy import PASSWORD, USERNAME, ForwardProxy
from .gateway import ROBOT_CLIENT, ROBOT_SECRET, service_account
from .model.people import User
from .model.site import Site
from .seed import seeded
from .server import Handle, Server, beside, bound, gateway_to, opened
from .state.state_file import StateFile, restored


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("jira_sandbox", description="A small, faithful Jira.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free port")
    parser.add_argument("--flavour", choices=("cloud", "datacenter"), default="cloud")
    parser.add_argument("--version", type=int, default=10, help="Data Center's major version")
    parser.add_argument("--seed", choices=("art", "portfolio", "empty"), default="art")
    parser.add_argument("--stories", type=int, default=12, help="stories of each seeded team")
    parser.add_argument("--context", default="", help="context path, such as /jira")
    parser.add_argument("--base-url", default="", help="what Jira believes its address is")
    parser.add_argument("--service-admin", action="store_true",
                        help="makes the service user a Jira administrator")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="prints one line of JSON when ready")
    parser.add_argument("--tls", action="store_true", help="HTTPS, self-signed certificate")
    parser.add_argument("--tls-port", type=int,
                        help="a second port that speaks HTTPS; 0 takes a free one")  # fmt: skip
    parser.add_argument("--gateway-port", type=int,
                        help="Cloud: Atlassian's gateway there, and a service account")  # fmt: skip
    parser.add_argument("--proxy-port", type=int,
                        help="a forward proxy that wants a login; 0 takes a free port")  # fmt: skip
    parser.add_argument("--state", type=Path, help="a file that keeps everything across restarts")
    parser.add_argument("--webhooks-anywhere", action="store_true",
                        help="delivers webhooks beyond loopback too")  # fmt: skip
    parser.add_argument("--webhooks-to", type=host_and_port, metavar="HOST:PORT",
                        help="delivers every webhook there, whatever host its address names")  # fmt: skip
    return parser.parse_args(words)


def host_and_port(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is not HOST:PORT")
    return host, int(port)


def person(site: Site, user: User) -> dict[str, str]:
    made = {"username": user.name, "password": user.password, "display_name": user.display_name}
    if site.cloud:
        made |= {"email": user.email, "api_token": user.api_token}
    return made


def robot(site: Site) -> dict[str, str]:
    """The service account, whose token works at the gateway alone."""
    token = service_account(site)
    return {
        "email": token.user.email,
        "api_token": token.secret,
        "client_id": ROBOT_CLIENT,
        "client_secret": ROBOT_SECRET,
    }


def announce(handle: Handle, as_json: bool, tls_url: str = "") -> None:
    site, url = handle.site, handle.url
    admin, service = person(site, site.users["admin"]), person(site, site.users["svc-alm"])
    if as_json:
        facts: dict[str, Any] = {"url": url, "flavour": site.flavour, "admin": admin,
                                 "service_user": service}  # fmt: skip
        if handle.certificate:
            facts["certificate"] = handle.certificate
        if tls_url:
            facts["tls_url"] = tls_url
        if handle.gateway_url:
            facts |= {"gateway_url": handle.gateway_url, "service_account": robot(site)}
        if handle.proxy_url:
            login = {"username": USERNAME, "password": PASSWORD}
            facts["proxy"] = {"url": handle.proxy_url, **login}
        lines = [json.dumps(facts)]
    else:
        lines = [f"Jira sandbox ({site.flavour}) at {url}"]
        if tls_url:
            lines.append(f"  by TLS, with certificates to switch: {tls_url}")
        people = [("Jira admin", admin), ("Service user", service)]
        if handle.gateway_url:
            lines.append(f"  Atlassian's gateway: {handle.gateway_url}")
            people.append(("Service account", robot(site)))
        if handle.proxy_url:
            lines.append(f"  Forward proxy: {handle.proxy_url}, as {USERNAME}, {PASSWORD}")
        for title, one in people:
            shown = ", ".join(f"{name} {value}" for name, value in one.items())
            lines.append(f"  {title}: {shown}")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def site_of(options: argparse.Namespace) -> Site:
    """The kept site where there is one, else a fresh one. Raises ValueError for a wrong file."""
    if options.state and options.state.exists():
        site = restored(options.state, options.flavour, options.version, options.context)
    else:
        site = seeded(
            options.flavour,
            version=options.version,
            seed=options.seed,
            context=options.context,
            service_admin=options.service_admin,
            stories=options.stories,
        )
    if options.base_url:
        site.configured_base_url = options.base_url.rstrip("/")
    return site


def main(words: list[str] | None = None) -> int:
    options = arguments(sys.argv[1:] if words is None else words)
    site = site_of(options)
    server, handle = bound(site, options.host, options.port, options.tls)
    site.parts["delivery"].anywhere = options.webhooks_anywhere
    site.parts["delivery"].through = options.webhooks_to
    if options.state:
        StateFile(site, options.state)
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> Any:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    doors: list[Server | ForwardProxy] = [server]
    tls_url = ""
    if options.tls_port is not None:
        doors.append(secure := beside(server, site, options.host, options.tls_port))
        tls_url = secure.url(site)
    if options.gateway_port is not None:
        doors.append(gateway_to(site, options.host, options.gateway_port))
        handle = replace(handle, gateway_url=doors[-1].root)
    if options.proxy_port is not None:
        doors.append(ForwardProxy((options.host, options.proxy_port)))
        handle = replace(handle, proxy_url=doors[-1].root)
    threads = [opened(door) for door in doors]
    announce(handle, options.json, tls_url)
    ended.wait()
    for door in doors:
        door.end()
    for thread in threads:
        thread.join(5)
    site.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
