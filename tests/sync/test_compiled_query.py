"""A query kept as SQL gives the rows that the query itself gives."""

from __future__ import annotations

import pytest
from django.utils import timezone

from almconnect.lib.compiled_query import CompiledQuery
from connections.models import Connection

pytestmark = pytest.mark.django_db


def test_the_same_row_with_the_same_kinds_of_values(django_assert_num_queries):
    made = Connection.objects.create(name="Jira", webhook_seen=timezone.now(), verify_tls=False,
                                     diagnosis={"what": "Jira is away."})  # fmt: skip
    kept = CompiledQuery(lambda token: Connection.objects.filter(webhook_token=token).order_by())
    few = CompiledQuery(lambda name: Connection.objects.filter(name=name).only("webhook_seen"))
    for _ in range(2):  # the second time from what is kept
        found = kept.first(made.webhook_token)
        plain = Connection.objects.get(pk=made.pk)
        assert found is not None
        names = [field.attname for field in Connection._meta.concrete_fields]
        assert [getattr(found, name) for name in names] == [getattr(plain, name) for name in names]
        with django_assert_num_queries(1):
            part = few.first("Jira")
            assert part is not None
            assert (part.pk, part.webhook_seen) == (made.pk, made.webhook_seen)
        with django_assert_num_queries(1):
            assert part.verify_tls is False
    assert kept.first("nobody's") is None


def test_a_value_that_is_not_alone_is_refused():
    twice = CompiledQuery(lambda name: Connection.objects.filter(name=name, lifecycle="active"))
    with pytest.raises(TypeError, match="once"):
        twice.first("Jira")
