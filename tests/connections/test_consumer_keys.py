"""Two connections never share a consumer key: Jira tells its applications apart by it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from connections.models import Connection
from connections.oauth import key_pair
from jira_sandbox.server import Handle
from tests.callers import ApiCaller

pytestmark = pytest.mark.django_db


def test_each_has_its_own_and_keeps_it(
    draft_to: Callable[..., Connection], cloud: Handle, admin: Any, token_of: Callable[..., str]
) -> None:
    caller, keys = ApiCaller(token_of(admin)), {}
    for _number in range(2):
        for row in (*Connection.objects.all(), draft_to(cloud)):
            started = caller.post(f"/connections/{row.pk}/oauth/start").json()
            assert keys.setdefault(row.pk, started["consumer_key"]) == started["consumer_key"]
    assert len(set(keys.values())) == len(keys) == 2
    assert all(keys.values())


def test_the_database_refuses_a_second_one(
    draft_to: Callable[..., Connection], cloud: Handle
) -> None:
    one, two = draft_to(cloud), draft_to(cloud)
    key_pair.ensure_keys(one, actor=None)
    two.consumer_key = one.consumer_key
    with pytest.raises(IntegrityError), transaction.atomic():
        two.save(update_fields=["consumer_key"])
    with pytest.raises(IntegrityError), transaction.atomic():
        Connection.objects.filter(pk=two.pk).update(consumer_key=one.consumer_key)
    assert not Connection.objects.get(pk=two.pk).consumer_key


def test_those_without_keys_are_many(draft_to: Callable[..., Connection], cloud: Handle) -> None:
    for _number in range(3):
        draft_to(cloud)
    assert Connection.objects.filter(consumer_key="").count() == 3
