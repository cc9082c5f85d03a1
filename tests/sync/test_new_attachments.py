"""Adding a file to an issue: at once, never twice, with every refusal said."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from accounts.models import AuditEntry, User
from planning.models import Attachment, WorkItem
from sync.status import new_attachments
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)
CONTENT = b"one\r\ntwo--\x00\xff"
POSTS = r"/attachments$"


@pytest.fixture
def page(rte: User, client_of: Callable[..., Client]) -> Client:
    return client_of(rte)


def send(page: Client, item: WorkItem, name: str = "Plän.txt", content: bytes = CONTENT) -> str:
    where = reverse("sync:add_attachment", args=[item.pk])
    sent = {"file": SimpleUploadedFile(name, content)} if name else {}
    return page.post(where, sent, follow=True).content.decode()


def there(world: World) -> list[tuple[str, bytes]]:
    files = world.handle.site.issue(world.first().remote_key).attachments
    return [(one.filename, one.content) for one in files]


def test_it_is_in_jira_and_listed_here(world: World, page: Client) -> None:
    item = world.first()
    assert "is attached in Jira" in send(page, item)
    assert there(world) == [("Plän.txt", CONTENT)]
    row = Attachment.objects.get()
    world.poll()
    assert Attachment.objects.get().pk == row.pk
    assert AuditEntry.objects.filter(action="attachment.added").count() == 1


def test_a_lost_answer_is_looked_up_and_makes_no_second(world: World, page: Client) -> None:
    world.fault("answer_lost", times=1, method="POST", path=POSTS)
    assert "is attached in Jira" in send(page, world.first())
    assert len(there(world)) == 1
    assert Attachment.objects.count() == 1


def test_one_of_the_same_name_that_was_there_is_not_taken_for_it(
    world: World, page: Client
) -> None:
    send(page, world.first())
    world.fault("error", 500, times=1, method="POST", path=POSTS)
    assert "Jira&#x27;s answer was lost" in send(page, world.first())
    assert len(there(world)) == 1


def test_without_the_permission(world: World, page: Client) -> None:
    world.grant("CREATE_ATTACHMENTS", False)
    assert "Create Attachments" in send(page, world.first())
    assert not Attachment.objects.exists()


def test_what_is_too_large_empty_or_nothing(world: World, page: Client) -> None:
    item = world.first()
    assert "at most 2.5 MB" in send(page, item, content=b"x" * (new_attachments.LARGEST + 1))
    world.handle.site.largest_attachment = 5
    assert "at most" in send(page, item)
    world.handle.site.largest_attachment = 0
    assert "takes no attachments" in send(page, item)
    assert "file is empty" in send(page, item, content=b"")
    assert "Choose a file" in send(page, item, name="")
    assert there(world) == []


def test_not_to_what_is_not_ours_or_not_there(world: World, page: Client) -> None:
    item = world.first()
    key = world.move_away(item)
    assert "moved in Jira" in send(page, item)
    assert world.handle.site.issue(key).attachments == []
    assert "not in Jira" in send(page, world.create("New"))


def test_a_viewer_adds_none(world: World, viewer: User, client_of: Callable[..., Client]) -> None:
    where = reverse("sync:add_attachment", args=[world.first().pk])
    assert client_of(viewer).post(where, {}).status_code == 403
