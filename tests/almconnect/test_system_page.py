"""The System page: for those who operate, with each part's state and its fix."""

from __future__ import annotations

import pytest
from django.urls import reverse

from almconnect import doctor


def test_it_names_every_part_and_what_to_do(ops, client_of):
    page = client_of(ops).get(reverse("system"))
    assert page.status_code == 200
    words = page.content.decode()
    for part in ("database", "encryption key", "worker", "beat", "RSA-SHA1 signing", "disk"):
        assert part in words
    assert "./run.py manage worker" in words  # nothing runs in a test, so the fix is named


@pytest.mark.parametrize("role", ["viewer", "rte"])
def test_others_are_refused(role, person, client_of):
    assert client_of(person(role, role)).get(reverse("system")).status_code == 403


@pytest.mark.parametrize(
    ("address", "word"),
    [
        ("memory://", "none: the memory of this process"),
        ("redis+socket:///var/broker.sock", "embedded Valkey"),
        ("redis://:secret@redis:6379/0", "Redis"),
    ],
)
def test_it_says_what_carries_the_messages(ops, client_of, settings, address, word):
    settings.BROKER_URL = address
    words = client_of(ops).get(reverse("system")).content.decode()
    assert f'<dd class="col-sm-8">{word}</dd>' in words
    assert "secret" not in words


def test_it_warns_where_worker_and_beat_are_threads_of_the_web(ops, client_of, settings):
    notice = "worker and beat are threads of this web process"
    settings.WORKER_IN_WEB = False
    assert notice not in client_of(ops).get(reverse("system")).content.decode()
    settings.WORKER_IN_WEB = True
    assert notice in client_of(ops).get(reverse("system")).content.decode()


def test_a_clock_that_nothing_was_compared_with_is_not_called_well(db):
    from django.db import connection

    row = doctor.clock()
    if connection.vendor == "sqlite":
        assert (row.state, row.failed) == ("not_checked", False)
        assert row.line().startswith("-")
    else:
        assert (row.state, row.fix) == ("pass", "")
