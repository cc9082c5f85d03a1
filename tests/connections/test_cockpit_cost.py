"""The cockpit and the list of connections cost as many queries for two connections as for thirty."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts.models import User
from connections.models import Connection, MappedProject


def make(first: int, number: int) -> None:
    for n in range(first, first + number):
        row = Connection.objects.create(
            name=f"Plant {n}",
            base_url=f"https://jira{n}.example.com",
            lifecycle="active",
            health="ok",
        )
        MappedProject.objects.create(connection=row, remote_id=str(n), key=f"K{n}", name="Rail")


@pytest.mark.django_db
@pytest.mark.parametrize("page", ["home", "connections:list"])
def test_queries_do_not_grow(page: str, client_of: Callable[..., Client], admin: User) -> None:
    client, counts = client_of(admin), []
    for first, number in ((0, 2), (2, 28)):
        make(first, number)
        client.get(reverse(page))  # what is remembered for the whole process is not counted
        with CaptureQueriesContext(connection) as seen:
            assert f"Plant {first + number - 1}" in client.get(reverse(page)).text
        counts.append(len(seen))
    assert counts[0] == counts[1] <= 13
