"""Webhooks arrive signed, filtered, retried, with the shapes of each flavour."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from typing import Any

import pytest

from jira_sandbox.server import Handle
from jira_sandbox.webhooks.register import EVENTS
from tests.almconnect.waiting import wait_for
from tests.sandbox.callers import Caller
from tests.sandbox.receiving import Post, Receiver, receiving

SECRET = "It's a Secret to Everybody"


@pytest.fixture
def receiver(jira: Handle) -> Iterator[Receiver]:
    jira.site.parts["delivery"].backoff = (0.02, 0.02, 0.02)
    with receiving() as made:
        yield made


def register(handle: Handle, url: str, jql: str = "", **more: Any) -> int:
    admin = Caller(handle, "admin")
    body: dict[str, Any] = {"name": "board", "url": url, "events": list(EVENTS), **more}
    if handle.site.cloud:
        path = "/rest/webhooks/1.0/webhook"
        body |= {"secret": SECRET, "filters": {"issue-related-events-section": jql}}
    else:
        path = "/rest/jira-webhook/1.0/webhooks"
        body["configuration"] = {"SECRET": SECRET, "FILTERS": jql}
    answer = admin("POST", path, body)
    assert answer.status_code == 201, answer.text
    made = answer.json()
    return int(made.get("id") or made["self"].rpartition("/")[2])


def assert_signed(post: Post) -> None:
    digest = hmac.new(SECRET.encode(), post.body, hashlib.sha256).hexdigest()
    assert post.headers["X-Hub-Signature"] == f"sha256={digest}"


def test_an_issues_life(jira: Handle, service: Caller, receiver: Receiver) -> None:
    register(jira, receiver.url)
    key = service.story(summary="Ünïcode")["key"]
    created = receiver.named("jira:issue_created")
    assert_signed(created)
    assert created.json["issue"]["fields"]["summary"] == "Ünïcode"
    who = created.json["user"]
    assert ("accountId" in who, "name" in who) == (jira.site.cloud, not jira.site.cloud)
    service("PUT", f"/rest/api/2/issue/{key}", {"fields": {"summary": "two"}})
    updated = receiver.named("jira:issue_updated").json
    (item,) = updated["changelog"]["items"]
    assert (item["field"], item["fromString"], item["toString"]) == ("summary", "Ünïcode", "two")
    assert ("fieldId" in item) is jira.site.cloud
    service("DELETE", f"/rest/api/2/issue/{key}")
    deleted = receiver.named("jira:issue_deleted").json
    assert deleted["issue"]["key"] == key
    assert "issue_event_type_name" not in deleted


def test_links_and_sprints_name_ids_as_numbers(
    jira: Handle, service: Caller, receiver: Receiver
) -> None:
    register(jira, receiver.url)
    site = jira.site
    ends = {"inwardIssue": {"key": "FALCON-2"}, "outwardIssue": {"key": "OTTER-2"}}
    service("POST", "/rest/api/2/issueLink", {"type": {"name": "Relates"}, **ends})
    link = receiver.named("issuelink_created").json["issueLink"]
    assert link["sourceIssueId"] == site.issue("FALCON-2").id
    assert link["destinationIssueId"] == site.issue("OTTER-2").id
    service("POST", "/rest/agile/1.0/sprint/3", {"goal": "ship it"})
    sprint = receiver.named("sprint_updated").json
    assert (sprint["sprint"]["goal"], sprint["oldValue"]["goal"]) == ("ship it", "")


def test_comments_carry_the_issue_only_on_cloud(
    jira: Handle, service: Caller, receiver: Receiver
) -> None:
    register(jira, receiver.url)
    service("POST", "/rest/api/2/issue/FALCON-3/comment", {"body": "hello"})
    body = receiver.named("comment_created").json
    assert ("issue" in body) is jira.site.cloud
    assert f"/issue/{jira.site.issue('FALCON-3').id}/comment/" in body["comment"]["self"]


def test_a_filter_restricts_issue_events(jira: Handle, service: Caller, receiver: Receiver) -> None:
    register(jira, receiver.url, "project = OTTER")
    service.story("FALCON")
    made = service.story("OTTER")
    assert receiver.next().json["issue"]["key"] == made["key"]


def test_a_refused_delivery_is_tried_again(
    jira: Handle, service: Caller, receiver: Receiver
) -> None:
    id = register(jira, receiver.url)
    receiver.statuses = [503, 429]
    service.story()
    first, second, third = receiver.next(), receiver.next(), receiver.next()
    assert first.body == second.body == third.body
    if jira.site.cloud:
        name = "X-Atlassian-Webhook-Identifier"
        assert first.headers[name] == third.headers[name]
        retries = [one.headers.get("X-Atlassian-Webhook-Retry") for one in (first, second, third)]
        assert retries == [None, "1", "2"]
    assert jira.site.parts["webhooks"].known[id].log[0].tries == 3


@pytest.mark.parametrize(("fault", "count"), [("webhooks_lost", 0), ("webhooks_doubled", 2)])
def test_lost_and_doubled(
    jira: Handle, service: Caller, receiver: Receiver, fault: str, count: int
) -> None:
    register(jira, receiver.url)
    service("POST", "/sandbox/faults", {"name": fault, "times": 1})
    lost = service.story()["key"]
    last = service.story()["key"]
    seen: list[str] = []
    while last not in seen or seen.count(lost) < count:
        seen.append(receiver.next().json["issue"]["key"])
    delivery = jira.site.parts["delivery"]
    delivery.close()
    while not receiver.posts.empty():
        seen.append(receiver.next().json["issue"]["key"])
    assert (seen.count(lost), seen.count(last)) == (count, 1)


def test_each_is_overtaken_by_the_next(jira: Handle, service: Caller, receiver: Receiver) -> None:
    register(jira, receiver.url)
    service("POST", "/sandbox/faults", {"name": "webhooks_reordered", "value": 60_000})
    for _ in range(2):  # pair by pair, since deliveries of different pairs go side by side
        keys = [service.story()["key"] for _ in range(2)]
        assert [receiver.next().json["issue"]["key"] for _ in keys] == keys[::-1]


def test_the_last_one_goes_though_nothing_overtakes_it(
    jira: Handle, service: Caller, receiver: Receiver
) -> None:
    register(jira, receiver.url)
    service("POST", "/sandbox/faults", {"name": "webhooks_reordered", "value": 50})
    keys = [service.story()["key"]]
    assert receiver.next().json["issue"]["key"] == keys[0]
    keys += [service.story()["key"], service.story()["key"]]
    assert [receiver.next().json["issue"]["key"] for _ in range(2)] == [keys[2], keys[1]]


def test_it_calls_loopback_only(jira: Handle, service: Caller, receiver: Receiver) -> None:
    id = register(jira, "http://192.0.2.1/hook")
    register(jira, receiver.url)
    service.story()
    receiver.next()
    hook = jira.site.parts["webhooks"].known[id]
    # Each webhook has its own thread: the other one's delivery says nothing of this one.
    log = wait_for("the refusal in the log", lambda: hook.log, 30)
    assert "loopback" in log[0].answer
