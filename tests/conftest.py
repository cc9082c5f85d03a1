"""What every test may ask for: the cast of people, clients that act as them, services, eager tasks.

A person's username is their role. A service that does not answer skips the test with a reason, or
fails it where ALMCONNECT_REQUIRE_SERVICES=1.
"""

from __future__ import annotations

import os
import re
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import environment

DATA_DIR = environment.prepare()

import django  # noqa: E402  (Django reads its settings when it is set up, after `prepare`)

django.setup()

import hypothesis  # noqa: E402
import psycopg  # noqa: E402
import redis  # noqa: E402
from celery import current_app  # noqa: E402
from celery.signals import before_task_publish  # noqa: E402
from django.test import Client  # noqa: E402

from accounts.models import ApiToken, Role, User  # noqa: E402
from almconnect.lib import enqueue as enqueue_module  # noqa: E402
from tests import selection, thread_connections  # noqa: E402
from tests.callers import ApiCaller  # noqa: E402
from tests.sandbox_doors import doors  # noqa: E402

# No test depends on the machine's speed: on a busy one an example or its drawing may take seconds.
hypothesis.settings.register_profile(
    "any machine",
    deadline=None,
    suppress_health_check=[hypothesis.HealthCheck.too_slow],
)
hypothesis.settings.load_profile("any machine")

_UUID = re.compile(r"[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}")
DATABASE = {"db", "transactional_db"}
BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


# ── People ───────────────────────────────────────────────────────────────────────────────────────
@pytest.fixture
def person(db: None) -> Callable[..., User]:
    """`person("anna", role="rte")`: a person whose password is `<username>-password`."""

    def make(username: str, role: str = Role.VIEWER, **fields: Any) -> User:
        return User.objects.create_user(
            username, password=f"{username}-password", role=role, **fields
        )

    return make


@pytest.fixture
def viewer(person: Callable[..., User]) -> User:
    return person("viewer", Role.VIEWER)


@pytest.fixture
def rte(person: Callable[..., User]) -> User:
    return person("rte", Role.RTE)


@pytest.fixture
def admin(person: Callable[..., User]) -> User:
    return person("admin", Role.ADMIN)


@pytest.fixture
def ops(person: Callable[..., User]) -> User:
    return person("ops", Role.OPS)


@pytest.fixture
def client_of() -> Callable[..., Client]:
    """`client_of(rte)`: a browser in which that person is signed in."""

    def signed_in(user: User, **options: Any) -> Client:
        client = Client(**options)
        client.force_login(user, backend=BACKEND)
        return client

    return signed_in


@pytest.fixture
def token_of() -> Callable[..., str]:
    """`token_of(rte)`: a live API token with that person's role, or a lesser one if named."""

    def issue(user: User, role: str | None = None) -> str:
        return ApiToken.issue(user, role or user.role, name="test")[1]

    return issue


@pytest.fixture
def api() -> Callable[[str | None], ApiCaller]:
    """`api(token_of(rte)).post("/connections", {...})`: paths are relative to /api/v1."""
    return ApiCaller


# ── Quick, quiet, separate ───────────────────────────────────────────────────────────────────────
@pytest.fixture(autouse=True)
def _quick_passwords(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def _closed_circuit() -> Iterator[None]:
    enqueue_module.circuit.reset()
    enqueue_module.of_this_process.reset()
    yield
    enqueue_module.circuit.reset()


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings_parallel_suffix: None) -> None:
    """SQLite's test database is a file with a write-ahead log, as the console's own is.

    In memory, Django's default, connections share a cache whose table locks wait for nobody: a thread
    that writes fails at once where another still reads.
    """
    from django.db import connection

    if connection.vendor == "sqlite":
        connection.settings_dict["TEST"]["NAME"] = str(DATA_DIR / "tests.sqlite3")


@pytest.fixture(autouse=True, scope="session")
def _connections_of_threads() -> None:
    thread_connections.watch()


@pytest.fixture(autouse=True, scope="session")
def _doors_of_sandboxes() -> Iterator[None]:
    yield
    doors.close()


@pytest.fixture(autouse=True)
def _close_what_threads_left() -> Iterator[None]:
    yield
    thread_connections.close_ended()


@pytest.fixture
def eager() -> Iterator[None]:
    """Tasks run where they are sent, and their errors are raised there."""
    before = (current_app.conf.task_always_eager, current_app.conf.task_eager_propagates)
    current_app.conf.update(task_always_eager=True, task_eager_propagates=True)
    yield
    current_app.conf.update(task_always_eager=before[0], task_eager_propagates=before[1])


@pytest.fixture
def hints() -> Iterator[list[tuple[str, tuple[Any, ...]]]]:
    """Every message sent during the test, as `(task name, ids)`, in order.

    Inside a rolled-back test, commit hooks run with `django_capture_on_commit_callbacks(execute=True)`.
    """
    seen: list[tuple[str, tuple[Any, ...]]] = []

    def note(sender: str, body: Any, **rest: Any) -> None:
        seen.append((sender, tuple(body[0])))

    before_task_publish.connect(note, weak=False)
    yield seen
    before_task_publish.disconnect(note)


def pytest_addoption(parser: pytest.Parser) -> None:
    selection.add_options(parser)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark what touches the database, and begin with the files that take longest.

    Those mostly wait for processes and browsers: begun last, each would keep everybody waiting. Of the
    others, those of many tests come first. Slow ones keep their order, since those of a folder share what
    they start.
    """
    seconds: dict[Path, int] = {}
    tests = Counter(item.path for item in items)
    for item in items:
        if item.get_closest_marker("django_db") or DATABASE & set(
            getattr(item, "fixturenames", ())
        ):
            item.add_marker(pytest.mark.database)
        allowed = item.get_closest_marker("timeout")
        slow = 1 if item.get_closest_marker("slow") else 0
        seconds[item.path] = max(seconds.get(item.path, 0), allowed.args[0] if allowed else slow)
    longest_first = not config.getoption("shortest_first")
    items.sort(
        key=lambda item: (seconds[item.path], 0 if seconds[item.path] else tests[item.path]),
        reverse=longest_first,
    )
    selection.select(config, items)


def pytest_make_parametrize_id(config: pytest.Config, val: object, argname: str) -> str | None:
    """A random UUID among the parameters would name the test differently in each xdist process."""
    if not isinstance(val, str | uuid.UUID) or not _UUID.search(str(val)):
        return None
    return _UUID.sub("uuid", str(val))


# ── Services ─────────────────────────────────────────────────────────────────────────────────────
def absent(what: str, url_of: str, problem: Exception) -> None:
    words = f"no {what} answers (set {url_of}): {type(problem).__name__}"
    if environment.REQUIRED:
        pytest.fail(words)
    pytest.skip(words)


@pytest.fixture(scope="session")
def postgres_server() -> str:
    """The address of a PostgreSQL server on which databases may be created."""
    try:
        psycopg.connect(environment.POSTGRES_URL, connect_timeout=3).close()
    except psycopg.OperationalError as problem:
        absent("PostgreSQL", "ALMCONNECT_TEST_POSTGRES_URL", problem)
    return environment.POSTGRES_URL


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh, empty PostgreSQL database for processes that a test starts."""
    name = f"almconnect_{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    yield postgres_server.rpartition("/")[0] + f"/{name}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def redis_url() -> Iterator[str]:
    """An empty Redis database of this test process alone; emptied again afterwards."""
    base, _, number = environment.REDIS_URL.rpartition("/")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")
    url = f"{base}/{int(number) + int(worker)}"
    with redis.Redis.from_url(url) as client:
        try:
            client.flushdb()
        except redis.exceptions.RedisError as problem:
            absent("Redis", "ALMCONNECT_TEST_REDIS_URL", problem)
        yield url
        client.flushdb()


@pytest.fixture
def on_postgres(db: None) -> None:
    """For tests of what only PostgreSQL does; CI runs all database tests there a second time."""
    from django.db import connection

    if connection.vendor != "postgresql":
        pytest.skip("runs when ALMCONNECT_TEST_DATABASE_URL names a PostgreSQL database")
