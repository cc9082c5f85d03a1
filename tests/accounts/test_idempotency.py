"""A call repeated with its `Idempotency-Key` is carried out once and answered alike."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import RequestFactory
from django.utils import timezone

from accounts.idempotency import IdempotencyKeys
from accounts.models import ApiToken, RepeatableCall, User
from planning.models import SolutionTrain
from tests.callers import ApiCaller

TWIN = {"name": "Old"}


@pytest.fixture
def caller(admin: User, api: Callable[..., ApiCaller], token_of: Callable[..., str]) -> ApiCaller:
    return api(token_of(admin))


@pytest.fixture
def train(db: None) -> SolutionTrain:
    return SolutionTrain.objects.create(name="Old")


def test_the_second_call_gets_the_first_answer(caller: ApiCaller, train: SolutionTrain) -> None:
    path = f"/trains/{train.pk}"
    first = caller.patch(path, {"name": "Rail"}, Idempotency_Key="k1")
    SolutionTrain.objects.filter(pk=train.pk).update(name="Road")
    again = caller.patch(path, {"name": "Rail"}, Idempotency_Key="k1")
    assert (again.status_code, again.content) == (200, first.content)
    assert again["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first
    train.refresh_from_db()
    assert train.name == "Road", "the second call changed nothing"


def test_a_refusal_is_repeated_too(caller: ApiCaller, train: SolutionTrain) -> None:
    first = caller.post("/trains", TWIN, Idempotency_Key="k1")
    train.delete()
    again = caller.post("/trains", TWIN, Idempotency_Key="k1")
    assert (first.status_code, again.status_code, again.content) == (422, 422, first.content)


def test_another_body_or_address_with_the_key_is_refused(
    caller: ApiCaller, train: SolutionTrain
) -> None:
    caller.patch(f"/trains/{train.pk}", {"name": "Rail"}, Idempotency_Key="k1")
    for path, body in ((f"/trains/{train.pk}", {"name": "Road"}), ("/trains", {"name": "Rail"})):
        answer = caller.call("PATCH", path, body, Idempotency_Key="k1")
        assert answer.status_code == 422
        assert answer.json()["error"]["code"] == "idempotency_mismatch"


def test_a_twin_of_a_call_under_way_is_told_to_wait(
    caller: ApiCaller, train: SolutionTrain
) -> None:
    caller.patch(f"/trains/{train.pk}", {"name": "Rail"}, Idempotency_Key="k1")
    RepeatableCall.objects.update(status=0)
    answer = caller.patch(f"/trains/{train.pk}", {"name": "Rail"}, Idempotency_Key="k1")
    assert (answer.status_code, answer["Retry-After"]) == (409, "1")
    assert answer.json()["error"]["code"] == "in_flight"


@pytest.mark.parametrize(
    ("status", "age"), [(0, timedelta(minutes=11)), (200, timedelta(hours=25))]
)
def test_a_lost_or_old_call_may_be_made_anew(
    caller: ApiCaller, train: SolutionTrain, status: int, age: timedelta
) -> None:
    caller.patch(f"/trains/{train.pk}", {"name": "Rail"}, Idempotency_Key="k1")
    RepeatableCall.objects.update(status=status, created=timezone.now() - age)
    SolutionTrain.objects.filter(pk=train.pk).update(name="Old")
    assert (
        caller.patch(f"/trains/{train.pk}", {"name": "Rail"}, Idempotency_Key="k1").status_code
        == 200
    )
    train.refresh_from_db()
    assert train.name == "Rail"


def test_a_key_belongs_to_its_token(
    caller: ApiCaller,
    admin: User,
    train: SolutionTrain,
    api: Callable[..., ApiCaller],
    token_of: Callable[..., str],
) -> None:
    caller.patch(f"/trains/{train.pk}", {"name": "Rail"}, Idempotency_Key="k1")
    other = api(token_of(admin)).patch(
        f"/trains/{train.pk}", {"name": "Road"}, Idempotency_Key="k1"
    )
    assert (other.status_code, other.json()["name"]) == (200, "Road")


def test_a_dead_token_gets_no_stored_answer(caller: ApiCaller, train: SolutionTrain) -> None:
    caller.patch(f"/trains/{train.pk}", {"name": "Rail"}, Idempotency_Key="k1")
    ApiToken.objects.update(revoked=timezone.now())
    answer = caller.patch(f"/trains/{train.pk}", {"name": "Rail"}, Idempotency_Key="k1")
    assert answer.status_code == 401


def test_a_secret_answer_is_not_stored(admin: User) -> None:
    """Whatever call hands out a secret says no-store; it is carried out once all the same."""
    token = ApiToken.issue(admin, "admin")[1]
    request = RequestFactory().post(
        "/api/v1/x", headers={"Idempotency-Key": "k1", "Authorization": f"Bearer {token}"}
    )
    ran: list[int] = []

    def secretive(request: object) -> HttpResponse:
        ran.append(1)
        return HttpResponse(b"hush", status=201, headers={"Cache-Control": "no-store"})

    keyed = IdempotencyKeys(secretive)  # type: ignore[arg-type]
    first, again = keyed(request), keyed(request)
    assert bytes(RepeatableCall.objects.get().body) == b""
    assert (first.status_code, again.status_code, len(ran)) == (201, 409, 1)
    assert b"answer_not_kept" in again.getvalue()  # type: ignore[attr-defined]


def test_our_own_fault_is_forgotten(caller: ApiCaller, admin: User) -> None:
    token = ApiToken.issue(admin, "admin")[1]
    request = RequestFactory().post(
        "/api/v1/x", headers={"Idempotency-Key": "k1", "Authorization": f"Bearer {token}"}
    )
    answers = iter([500, 429, 201])
    keyed = IdempotencyKeys(lambda request: HttpResponse(status=next(answers)))
    assert [keyed(request).status_code for _ in range(4)] == [500, 429, 201, 201]


@pytest.mark.django_db(transaction=True)
def test_of_twins_at_the_same_time_one_is_carried_out(admin: User) -> None:
    token = ApiToken.issue(admin, "admin")[1]
    inside, go = threading.Event(), threading.Event()
    ran: list[int] = []

    def slow(request: object) -> HttpResponse:
        ran.append(1)
        inside.set()
        assert go.wait(10)
        return HttpResponse(b"{}", status=201)

    keyed = IdempotencyKeys(slow)  # type: ignore[arg-type]
    headers = {"Idempotency-Key": "k1", "Authorization": f"Bearer {token}"}

    def send() -> int:
        try:
            return keyed(RequestFactory().post("/api/v1/x", headers=headers)).status_code
        finally:
            connection.close()

    results: list[int] = []
    first = threading.Thread(target=lambda: results.append(send()))
    first.start()
    assert inside.wait(10)
    second = threading.Thread(target=lambda: results.append(send()))
    second.start()
    second.join(10)
    go.set()
    first.join(10)
    assert (results, len(ran)) == ([409, 201], 1)
