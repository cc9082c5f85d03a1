"""`python -m jira_sandbox`: a Jira to look at, until it is told to end.

Prints its address and the people who can sign in; SIGTERM or Ctrl-C ends it cleanly.
"""

import argparse
import json
import signal
import sys
import threading
from types import FrameType
from typing import Any

from .model.people import User
from .model.site import Site
from .seed import seeded
from .serving import bound


def arguments(words: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("jira_sandbox", description="A small, faithful Jira.")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free port")
    parser.add_argument("--flavour", choices=("cloud", "datacenter"), default="cloud")
    parser.add_argument("--version", type=int, default=10, help="Data Center's major version")
    parser.add_argument("--seed", choices=("art", "empty"), default="art")
    parser.add_argument("--context", default="", help="context path, such as /jira")
    parser.add_argument("--base-url", default="", help="what Jira believes its address is")
    parser.add_argument("--service-admin", action="store_true",
                        help="makes the service user a Jira administrator")  # fmt: skip
    parser.add_argument("--json", action="store_true", help="prints one line of JSON when ready")
    return parser.parse_args(words)


def person(site: Site, user: User) -> dict[str, str]:
    made = {"username": user.name, "password": user.password, "display_name": user.display_name}
    if site.cloud:
        made |= {"email": user.email, "api_token": user.api_token}
    return made


def announce(site: Site, url: str, as_json: bool) -> None:
    admin, service = person(site, site.users["admin"]), person(site, site.users["svc-alm"])
    if as_json:
        facts = {"url": url, "flavour": site.flavour, "admin": admin, "service_user": service}
        lines = [json.dumps(facts)]
    else:
        lines = [f"Jira sandbox ({site.flavour}) at {url}"]
        for title, one in (("Jira admin", admin), ("Service user", service)):
            shown = ", ".join(f"{name} {value}" for name, value in one.items())
            lines.append(f"  {title}: {shown}")
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def main(words: list[str] | None = None) -> int:
    options = arguments(sys.argv[1:] if words is None else words)
    site = seeded(options.flavour, version=options.version, seed=options.seed,
                  context=options.context, service_admin=options.service_admin)  # fmt: skip
    site.configured_base_url = options.base_url.rstrip("/") or None
    server, handle = bound(site, options.host, options.port)
    ended = threading.Event()

    def end(_number: int, _frame: FrameType | None) -> Any:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    thread = threading.Thread(target=server.serve_forever, args=(0.1,), name="jira-sandbox")
    thread.start()
    announce(site, handle.url, options.json)
    ended.wait()
    server.end()
    thread.join(5)
    site.close()
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
