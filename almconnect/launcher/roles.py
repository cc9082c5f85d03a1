"""The command of each role, the same for the demo, `serve`, the console entry and compose."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from almconnect.launcher.child import Recipe

QUEUES = "interactive,inbound,outbound,bulk"
LIVE, BULK = "interactive,inbound,outbound", "bulk"
# Celery walks Django's checks at each start, which loads every page, and throws away what they find.
CELERY = (sys.executable, "-m", "celery", "-A", "almconnect", "--skip-checks")


def web(host: str, port: int) -> list[str]:
    """granian with one process; `almconnect.front` has the threads (ALMCONNECT_WEB_THREADS): what waits
    is Jira and the database, not the CPU.
    """
    processes = os.environ.get("ALMCONNECT_WEB_PROCESSES", "1")
    command = [sys.executable, "-m", "granian", "--interface", "asginl", "--no-ws"]
    command += ["--host", host, "--port", str(port), "--workers", processes]
    command += ["--http1-header-read-timeout", "10000", "--respawn-failed-workers"]
    command += ["--workers-kill-timeout", "10", "--log-level", "warning"]
    return [*command, "almconnect.asgi:application"]


def worker(queues: str = "") -> list[str]:
    """One worker process; of the queues that the environment names, unless they are given."""
    threads = os.environ.get("ALMCONNECT_WORKER_THREADS", "8")
    queues = queues or os.environ.get("ALMCONNECT_WORKER_QUEUES", QUEUES)
    command = [*CELERY, "worker"]
    command += ["--hostname", f"{'bulk' if queues == BULK else 'worker'}@%h"]
    command += ["--pool", "threads", "--concurrency", threads, "--queues", queues]
    # Workers need not talk to each other: the rows tell each what is free.
    command += ["--without-gossip", "--without-mingle", "--without-heartbeat"]
    return [*command, "--loglevel", os.environ.get("ALMCONNECT_LOG_LEVEL", "INFO")]


def workers() -> dict[str, list[str]]:
    """The workers of one machine: imports have a process of their own, so that their CPU and their
    threads are not an edit's. One alone where the environment names its queues.
    """
    if os.environ.get("ALMCONNECT_WORKER_QUEUES"):
        return {"worker": worker()}
    return {"worker": worker(LIVE), "worker-bulk": worker(BULK)}


def beat() -> list[str]:
    command = [*CELERY, "beat"]
    # No --scheduler: the settings name ours, which keeps no schedule file and shows a sign of life.
    return [*command, "--pidfile=", "--loglevel", os.environ.get("ALMCONNECT_LOG_LEVEL", "INFO")]


def sandbox(
    name: str,
    host: str,
    port: int,
    state: Path,
    *,
    flavour: str,
    version: str = "",
    tls_port: int = 0,
    gateway_port: int = 0,
    proxy_port: int = 0,
) -> Recipe:
    """One small Jira; `state` is the file that keeps its issues across starts, `tls_port` its second
    door, which speaks HTTPS, `gateway_port` that of Atlassian's gateway to it, `proxy_port` that of a
    forward proxy with a login, if it is to have them.
    """
    command = [sys.executable, "-m", "jira_sandbox", "--host", host, "--port", str(port)]
    command += ["--flavour", flavour, *(["--version", version] if version else [])]
    command += ["--tls-port", str(tls_port)] if tls_port else []
    command += ["--gateway-port", str(gateway_port)] if gateway_port else []
    command += ["--proxy-port", str(proxy_port)] if proxy_port else []
    command += ["--seed", "art", "--service-admin", "--state", str(state), "--json"]
    return Recipe(f"sandbox-{name}", command, first_line=True)


def first_link() -> list[str]:
    return [sys.executable, "-m", "almconnect.first_link"]


def manage(name: str, *words: str, first_line: bool = False) -> Recipe:
    """One command of manage.py, to be run to its end."""
    return Recipe(name, [sys.executable, "manage.py", *words], first_line=first_line)
