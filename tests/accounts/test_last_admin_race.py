"""Two admins who demote each other at the same moment: one remains. Runs on PostgreSQL."""

from __future__ import annotations

import threading

import pytest
from django.db import connection

from accounts import people
from accounts.models import Role, User
from almconnect.lib.api import Refused


@pytest.mark.django_db(transaction=True)
def test_one_of_two_admins_remains(on_postgres: None) -> None:
    for turn in range(5):
        User.objects.all().delete()
        anna, bert = (
            User.objects.create_user(name, role=Role.ADMIN) for name in (f"anna{turn}", "bert")
        )
        start = threading.Barrier(2, timeout=10)
        refusals: list[str] = []

        def demote(
            actor: User,
            person: User,
            start: threading.Barrier = start,
            refusals: list[str] = refusals,
        ) -> None:
            try:
                start.wait()
                people.change_role(actor=actor, person=person, role=Role.VIEWER)
            except Refused as problem:
                refusals.append(problem.code)
            finally:
                connection.close()

        pair = [threading.Thread(target=demote, args=who) for who in ((anna, bert), (bert, anna))]
        for thread in pair:
            thread.start()
        for thread in pair:
            thread.join(20)
        assert refusals == ["last_admin"]
        assert User.objects.filter(role=Role.ADMIN, is_active=True).count() == 1
