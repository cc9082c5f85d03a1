"""Who may call what: readers read, planners write, and a refused role learns nothing of the body."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from accounts.models import User
from tests.callers import ApiCaller

KEY = uuid.uuid4()
LISTS = ("/items", "/links", "/trains", "/arts", "/teams", "/pis", "/iterations")
READS = (*LISTS, "/changes", *(f"{path}/{KEY}" for path in LISTS))
WRITES = (
    *(("POST", path) for path in (*LISTS, "/items/bulk")),
    *(("PATCH", f"{path}/{KEY}") for path in LISTS if path != "/links"),
    *(("DELETE", f"{path}/{KEY}") for path in LISTS),
)


@pytest.mark.django_db
@pytest.mark.parametrize(("method", "path"), [*(("GET", path) for path in READS), *WRITES])
def test_nobody_without_a_token(method: str, path: str, api: Callable[..., ApiCaller]) -> None:
    assert api(None).call(method, path, {}).status_code == 401
    assert api("alm_wrong").call(method, path, {}).status_code == 401


def test_readers_read(
    viewer: User, ops: User, api: Callable[..., ApiCaller], token_of: Callable[..., str]
) -> None:
    for person in (viewer, ops):
        caller = api(token_of(person))
        for path in READS:
            expected = 404 if path.endswith(str(KEY)) else 200
            assert caller.get(path).status_code == expected, path


def test_readers_write_nothing(
    viewer: User, ops: User, api: Callable[..., ApiCaller], token_of: Callable[..., str]
) -> None:
    for person in (viewer, ops):
        caller = api(token_of(person))
        for method, path in WRITES:
            refused = caller.call(method, path, {"nonsense": True})
            assert refused.status_code == 403, (method, path)
            assert b"nonsense" not in refused.content


def test_planners_are_let_through_to_validation(
    rte: User, admin: User, api: Callable[..., ApiCaller], token_of: Callable[..., str]
) -> None:
    for person in (rte, admin):
        caller = api(token_of(person))
        for method, path in WRITES:
            body = None if method == "DELETE" else {"nonsense": True}
            assert caller.call(method, path, body).status_code in (404, 422), (method, path)
