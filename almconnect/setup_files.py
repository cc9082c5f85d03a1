"""`manage.py init`: the secrets and the `.env` that docker compose needs, made once.

A file that exists is never touched: a new encryption key over an old one would lock every stored
credential away. Nothing secret is printed.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Callable
from functools import partial
from pathlib import Path

ENVIRONMENT = """\
# Read by docker compose. Secrets are in secrets/, never here.
# The address people and Jira use; put a TLS proxy in front, or use the profile `https`.
ALMCONNECT_BASE_URL=http://127.0.0.1:8000
ALMCONNECT_PORT=8000
# How many proxies stand in front; empty: one where the address above is https, else none.
ALMCONNECT_TRUSTED_PROXIES=
# Private networks your Jira lives in, for example 10.20.0.0/16; empty: public addresses only.
ALMCONNECT_EGRESS_ALLOW=
# For the profile `https`: the name the certificate is for.
ALMCONNECT_DOMAIN=localhost
"""


def _encryption_keys() -> str:
    return "k1:" + base64.b64encode(secrets.token_bytes(32)).decode()


def write(folder: Path) -> list[str]:
    """Write what is missing under `folder`; one line per file, saying what was done."""
    hidden = folder / "secrets"
    hidden.mkdir(parents=True, exist_ok=True, mode=0o700)
    password, broker = secrets.token_urlsafe(32), secrets.token_urlsafe(32)
    database_file, broker_file = hidden / "db_password", hidden / "redis_password"
    said = [
        _write_once(database_file, lambda: password),
        _write_once(broker_file, lambda: broker),
        _write_once(hidden / "secret_key", lambda: secrets.token_urlsafe(50)),
        _write_once(hidden / "encryption_keys", _encryption_keys),
    ]
    password, broker = (file.read_text("ascii").strip() for file in (database_file, broker_file))
    urls = {
        "database_url": f"postgres://almconnect:{password}@db:5432/almconnect",
        "broker_url": f"redis://:{broker}@redis:6379/0",
    }
    for name, url in urls.items():
        said.append(_write_once(hidden / name, partial(str, url)))
    said.append(_write_once(folder / ".env", lambda: ENVIRONMENT))
    said.append("Keep a copy of secrets/encryption_keys apart from your backups.")
    return said


def _write_once(path: Path, value: Callable[[], str]) -> str:
    try:
        # The folder is closed to others (0700); inside, each container's own user must read.
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
    except FileExistsError:
        return f"kept     {path}"
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(value())
        file.flush()
        os.fsync(file.fileno())
    return f"written  {path}"
