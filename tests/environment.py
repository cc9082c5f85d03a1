"""The environment tests run in, set before Django reads its settings.

Nothing of the developer's own installation is seen: variables of the console are dropped, data live
in a folder of their own per process, and the network is closed except to loopback.

ALMCONNECT_TEST_DATABASE_URL   run the database tests there (PostgreSQL) instead of on SQLite
ALMCONNECT_TEST_POSTGRES_URL   a server on which tests may create databases
ALMCONNECT_TEST_REDIS_URL      a Redis database that tests may flush
ALMCONNECT_TEST_JIRA_URL       a real Jira for the contract suite, and the one host beside loopback that
                               tests reach then; with _PROJECT, _USER and _SECRET (see real_jira.py)
ALMCONNECT_REQUIRE_SERVICES=1  a missing service is a failure, not a skip
ALMCONNECT_TEST_HALF           `first` or `second` half of the tests of rows (see selection.py)
"""

from __future__ import annotations

import atexit
import base64
import ipaddress
import os
import shutil
import socket
import tempfile
from pathlib import Path
from typing import Any

from tests import real_jira

TESTS_OWN = {
    "ALMCONNECT_TEST_DATABASE_URL",
    "ALMCONNECT_TEST_POSTGRES_URL",
    "ALMCONNECT_TEST_REDIS_URL",
    "ALMCONNECT_TEST_JIRA_URL",
    "ALMCONNECT_TEST_JIRA_PROJECT",
    "ALMCONNECT_TEST_JIRA_USER",
    "ALMCONNECT_TEST_JIRA_SECRET",
    "ALMCONNECT_TEST_HALF",
    "ALMCONNECT_REQUIRE_SERVICES",
}
POSTGRES_URL = os.environ.get(
    "ALMCONNECT_TEST_POSTGRES_URL", "postgres://root@127.0.0.1:5432/postgres"
)
REDIS_URL = os.environ.get("ALMCONNECT_TEST_REDIS_URL", "redis://127.0.0.1:6379/5")
HALF = os.environ.get("ALMCONNECT_TEST_HALF") or None
REQUIRED = os.environ.get("ALMCONNECT_REQUIRE_SERVICES") == "1"


class NetworkClosed(OSError):
    """A test tried to leave this machine."""


def prepare() -> Path:
    """Set the variables and close the network; the data folder of this process."""
    for name in [name for name in os.environ if name.startswith("ALMCONNECT_")]:
        if name not in TESTS_OWN:
            del os.environ[name]
    data = Path(tempfile.mkdtemp(prefix="almconnect-tests-"))
    atexit.register(shutil.rmtree, data, ignore_errors=True)
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "almconnect.settings",
            "ALMCONNECT_DATA_DIR": str(data),
            "ALMCONNECT_SECRET_KEY": "tests-only-" + "s" * 50,
            "ALMCONNECT_ENCRYPTION_KEYS": "t1:" + base64.b64encode(bytes(range(32))).decode(),
            "ALMCONNECT_BROKER_URL": "memory://",
            "ALMCONNECT_EGRESS_ALLOW": "127.0.0.0/8,::1",
            "ALMCONNECT_BASE_URL": "http://127.0.0.1:8000",
        }
    )
    if url := os.environ.get("ALMCONNECT_TEST_DATABASE_URL"):
        os.environ["ALMCONNECT_DATABASE_URL"] = url
    close_network()
    return data


def is_local(address: Any) -> bool:
    """Whether a socket address is a path or loopback. Host names other than localhost are not."""
    if not isinstance(address, tuple):
        return True
    host = str(address[0])
    if host in {"localhost", ""}:
        return True
    try:
        return ipaddress.ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return False


def close_network() -> None:
    door = real_jira.door()
    connect, connect_ex, resolve = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def outside(address: Any) -> bool:
        return not (is_local(address) or (door is not None and door.lets(address)))

    def guarded(self: socket.socket, address: Any) -> None:
        if outside(address):
            raise NetworkClosed(f"Tests reach loopback only, not {address!r}.")
        return connect(self, address)

    def guarded_ex(self: socket.socket, address: Any) -> int:
        if outside(address):
            raise NetworkClosed(f"Tests reach loopback only, not {address!r}.")
        return connect_ex(self, address)

    def resolved(host: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if door is not None and name is not None and door.names(str(name)):
            found = resolve(host, *args, **kwargs)
            door.note(found)
            return found
        if name not in (None, "", "localhost", socket.gethostname()):
            try:
                ipaddress.ip_address(str(name).partition("%")[0])
            except ValueError:
                raise socket.gaierror(
                    socket.EAI_NONAME, f"Tests resolve no names: {name}"
                ) from None
        return resolve(host, *args, **kwargs)

    socket.socket.connect = guarded  # type: ignore[method-assign]
    socket.socket.connect_ex = guarded_ex  # type: ignore[method-assign]
    socket.getaddrinfo = resolved  # type: ignore[assignment]
