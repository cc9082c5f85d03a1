"""docker-compose.yml as the engine would see it: variables filled in, paths moved to a test's folder."""

from __future__ import annotations

import json
import os
import re
import sys
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).resolve().parents[2]
_VARIABLE = re.compile(r"\$\{(\w+)(?::([-?])([^}]*))?\}")


def services() -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())[
        "services"
    ]
    return found


def filled(text: str, variables: dict[str, str]) -> str:
    """`${NAME:-default}` and `${NAME:?message}` as compose reads them."""

    def value(found: re.Match[str]) -> str:
        name, kind, rest = found.groups()
        if variables.get(name):
            return variables[name]
        if kind == "?":
            raise KeyError(rest)
        return rest or ""

    return _VARIABLE.sub(value, str(text))


def read_env(path: Path) -> dict[str, str]:
    lines = [line for line in path.read_text().splitlines() if line and not line.startswith("#")]
    return dict(line.split("=", 1) for line in lines)


def entrypoint() -> list[str]:
    line = next(
        row
        for row in (ROOT / "Dockerfile").read_text().splitlines()
        if row.startswith("ENTRYPOINT")
    )
    words: list[str] = json.loads(line.removeprefix("ENTRYPOINT").strip())
    return words


def here(words: list[str]) -> list[str]:
    return [sys.executable if word == "python" else word for word in words]


def command_of(service: dict[str, Any]) -> list[str]:
    return here([*entrypoint(), *service["command"]])


def health_command_of(service: dict[str, Any]) -> list[str]:
    kind, *words = service["healthcheck"]["test"]
    assert kind == "CMD"
    return here(words)


def environment_of(
    service: dict[str, Any], folder: Path, variables: dict[str, str], **instead: str
) -> dict[str, str]:
    """What the container would have, with /run/secrets and /data under `folder`."""
    outside = {key: value for key, value in os.environ.items() if not key.startswith("ALMCONNECT_")}
    inside = {
        name: re.sub(r"^/data$", str(folder / "data"), filled(value, variables)).replace(
            "/run/secrets", str(folder / "secrets")
        )
        for name, value in service["environment"].items()
    }
    return {**outside, "PYTHONPATH": str(ROOT), **inside, **instead}
