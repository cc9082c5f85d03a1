"""What compose runs is hardened, and each role's own command works on real PostgreSQL and Redis."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from pathlib import Path
from typing import Any

import pytest
import redis
import requests

from almconnect.setup_files import write
from tests.almconnect import compose_file as compose
from tests.almconnect.waiting import wait_for
from tests.sandbox.receiving import receiving

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
    with pytest.raises(KeyError, match="manage init"):
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


@pytest.mark.process
@pytest.mark.slow
@pytest.mark.parametrize("name", ["sandbox", "sandbox-datacenter"])
def test_each_sandbox_runs_as_compose_would_and_its_webhooks_find_the_console(name: str) -> None:
    """Its published port is taken as it is; the console's name in there is this host's loopback here."""
    service = SERVICES[name]
    port = free_port()
    inside = service["ports"][0].rpartition(":")[2]
    with receiving() as console:
        place = console.url.removeprefix("http://").partition("/")[0]
        named = {"0.0.0.0": "127.0.0.1", inside: port, "web:8000": place}  # noqa: S104
        words = [named.get(word, word) for word in service["command"]]
        assert place in words
        process = subprocess.Popen(
            compose.here([*service["entrypoint"], *words]),
            cwd=compose.ROOT,
            stdout=subprocess.PIPE,
        )
        try:
            assert process.stdout is not None
            assert b"Jira sandbox" in process.stdout.readline()
            make_an_issue(f"http://127.0.0.1:{port}", cloud=name == "sandbox")
            post = console.next()
            assert post.headers["Host"] == "127.0.0.1:8000"  # as people, and ALLOWED_HOSTS, know it
            assert post.path.startswith("/hooks/jira/abc")
        finally:
            process.terminate()
            code = process.wait(20)
            if process.stdout is not None:
                process.stdout.close()
        assert code == 0


@pytest.mark.process
@pytest.mark.redis
@pytest.mark.slow
def test_redis_starts_as_compose_would_and_asks_for_its_password(tmp_path: Path) -> None:
    if shutil.which("redis-server") is None:
        pytest.skip("no redis-server on this machine (Debian: apt-get install redis-server)")
    write(tmp_path)
    port, password = free_port(), (tmp_path / "secrets" / "redis_password").read_text().strip()
    shell, flag, script = SERVICES["redis"]["command"]
    script = script.replace("$$", "$").replace("/run/secrets", str(tmp_path / "secrets"))
    assert "--dir /tmp" in script
    script = script.strip().replace(
        "--dir /tmp", f"--dir {tmp_path} --bind 127.0.0.1 --port {port}"
    )
    with (tmp_path / "redis.log").open("wb") as log:
        process = subprocess.Popen(
            [shell, flag, script], stdout=log, stderr=log, start_new_session=True
        )
    try:
        url = f"redis://:{password}@127.0.0.1:{port}/0"
        wait_for("redis", lambda: answers(url), 20)
        assert not answers(f"redis://127.0.0.1:{port}/0")
        assert not answers(f"redis://:wrong@127.0.0.1:{port}/0")
        with redis.Redis.from_url(url) as client:
            kept = {name: client.config_get(name)[name] for name in ("save", "appendonly")}
            assert kept == {"save": "", "appendonly": "no"}
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(20)


def answers(url: str) -> bool:
    try:
        with redis.Redis.from_url(url, socket_timeout=2) as client:
            return bool(client.ping())
    except redis.RedisError:
        return False


def make_an_issue(address: str, *, cloud: bool) -> None:
    """As Jira's admin, after registering a webhook to where people say that the console is."""
    with requests.Session() as jira:
        jira.trust_env = False
        jira.auth = (
            ("admin@example.com", "admin-api-token") if cloud else ("admin", "admin-password")
        )
        jira.headers["X-Atlassian-Token"] = "no-check"
        hook = {
            "name": "console",
            "url": "http://127.0.0.1:8000/hooks/jira/abc",
            "events": ["jira:issue_created"],
        }
        # Data Center 10 moved its register.
        path = "webhooks/1.0/webhook" if cloud else "jira-webhook/1.0/webhooks"
        made = jira.post(f"{address}/rest/{path}", json=hook, timeout=10)
        assert made.ok, made.text
        fields = {
            "project": {"key": "FALCON"},
            "issuetype": {"name": "Story"},
            "summary": "Heard",
        }
        made = jira.post(f"{address}/rest/api/2/issue", json={"fields": fields}, timeout=10)
        assert made.ok, made.text
