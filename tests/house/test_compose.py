"""What compose runs is hardened, and each role's own command works on real PostgreSQL and Redis."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest

from almconnect.setup_files import write
from tests.house import compose_file as compose
from tests.house.waiting import wait_for

ROLES = ("web", "worker", "worker-bulk", "beat")
SERVICES = compose.services()


@pytest.mark.parametrize("name", sorted(SERVICES))
def test_every_service_is_hardened(name: str) -> None:
    service = SERVICES[name]
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert "privileged" not in service
    if name != "caddy":  # it binds 80 and 443 for the world; all others are for this host
        assert service["user"] != "0:0"
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))


@pytest.mark.parametrize("name", ["db", "redis"])
def test_stores_are_on_the_inner_network_only(name: str) -> None:
    assert SERVICES[name]["networks"] == ["inner"]
    assert "ports" not in SERVICES[name]


@pytest.mark.parametrize("name", ROLES)
def test_roles_wait_for_the_migrations(name: str) -> None:
    waits = SERVICES[name]["depends_on"]["migrate"]["condition"]
    assert waits == "service_completed_successfully"


def test_no_secret_is_in_the_file() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if any(word in name for word in ("SECRET", "PASSWORD", "KEYS", "_URL_")):
                assert name.endswith("_FILE")
                assert value.startswith("/run/secrets/")


def test_it_does_not_start_before_init() -> None:
    with pytest.raises(KeyError, match="almconnect init"):
        compose.filled(SERVICES["web"]["environment"]["ALMCONNECT_BASE_URL"], {})


@pytest.fixture
def installation(tmp_path: Path, postgres_url: str, redis_url: str) -> tuple[Path, dict[str, str]]:
    write(tmp_path)
    for name, url in (("database_url", postgres_url), ("broker_url", redis_url)):
        path = tmp_path / "secrets" / name
        path.chmod(0o600)
        path.write_text(url)
    (tmp_path / "data").mkdir()
    return tmp_path, compose.read_env(tmp_path / ".env")


def free_port() -> str:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return str(server.getsockname()[1])


@pytest.mark.process
@pytest.mark.postgres
@pytest.mark.redis
@pytest.mark.slow
def test_each_role_runs_and_ends_as_compose_would(
    installation: tuple[Path, dict[str, str]],
) -> None:
    folder, variables = installation
    own = {"ALMCONNECT_WEB_PORT": free_port(), "ALMCONNECT_WEB_HOST": "127.0.0.1"}

    def environment(name: str) -> dict[str, str]:
        return compose.environment_of(SERVICES[name], folder, variables, **own)

    migrate = SERVICES["migrate"]
    done = subprocess.run(
        compose.command_of(migrate),
        env=environment("migrate"),
        cwd=compose.ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    running: dict[str, subprocess.Popen[bytes]] = {}
    try:
        for name in ROLES:
            with (folder / f"{name}.log").open("wb") as log:
                running[name] = subprocess.Popen(
                    compose.command_of(SERVICES[name]),
                    env=environment(name),
                    cwd=compose.ROOT,
                    stdout=log,
                    stderr=log,
                )
        for name in ROLES:
            wait_for(f"{name} is healthy", lambda name=name: healthy(name, environment(name)), 90)
    finally:
        for name in ("worker", "worker-bulk", "beat", "web"):
            if name in running:
                running[name].terminate()
        codes = {name: running[name].wait(seconds(SERVICES[name])) for name in running}
    assert set(codes.values()) == {0}, codes


def seconds(service: dict[str, Any]) -> int:
    return int(str(service["stop_grace_period"]).removesuffix("s"))


def healthy(name: str, environment: dict[str, str]) -> bool:
    command = compose.health_command_of(SERVICES[name])
    code = subprocess.run(command, env=environment, cwd=compose.ROOT, timeout=30).returncode
    return code == 0
