"""The System page: for those who operate, with each part's state and its fix."""

from __future__ import annotations

import pytest
from django.urls import reverse


def test_it_names_every_part_and_what_to_do(ops, client_of):
    page = client_of(ops).get(reverse("system"))
    assert page.status_code == 200
    words = page.content.decode()
    for part in ("database", "encryption key", "worker", "beat", "RSA-SHA1 signing", "disk"):
        assert part in words
    assert "almconnect worker" in words  # nothing runs in a test, so the fix is named


@pytest.mark.parametrize("role", ["viewer", "rte"])
def test_others_are_refused(role, person, client_of):
    assert client_of(person(role, role)).get(reverse("system")).status_code == 403
