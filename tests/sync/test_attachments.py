"""Files in Jira: listed on the item, fetched through the console, gone with their deletion."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from planning.models import Attachment
from sync.status import attached_files
from tests.sync.world import World

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "Plan für “Q1”;\u202e.txt"
CONTENT = b"<script>alert(1)</script>" * 4000


@pytest.fixture
def page(rte: User, client_of: Callable[..., Client]) -> Client:
    return client_of(rte)


@pytest.fixture
def attached(world: World) -> Attachment:
    world.handle.site.grant(
        world.handle.site.project("FALCON"), world.handle.site.users["admin"], "CREATE_ATTACHMENTS"
    )
    world.attach_there(world.first().remote_key, NAME, CONTENT)
    world.poll()
    return Attachment.objects.get()


def body(answer: object) -> bytes:
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def test_it_is_listed_with_what_it_is(world: World, attached: Attachment, page: Client) -> None:
    assert (attached.filename, attached.size, attached.kind) == (NAME, len(CONTENT), "text/plain")
    assert attached.author_name == "Ada Admin"
    shown = page.get(reverse("planning:item", args=[attached.item_id])).content.decode()
    assert reverse("sync:attachment", args=[attached.pk]) in shown
    world.poll()
    assert Attachment.objects.get().pk == attached.pk


def test_it_goes_when_it_is_deleted_there(world: World, attached: Attachment) -> None:
    world.grant("DELETE_ALL_ATTACHMENTS", user="admin")
    world.jira("DELETE", f"/rest/api/2/attachment/{attached.remote_id}")
    world.poll()
    assert not Attachment.objects.exists()


def test_the_file_is_saved_and_never_shown(attached: Attachment, page: Client) -> None:
    answer = page.get(reverse("sync:attachment", args=[attached.pk]))
    assert body(answer) == CONTENT
    assert answer["Content-Type"] == "application/octet-stream"
    assert answer["Content-Disposition"].startswith("attachment;")
    assert answer["X-Content-Type-Options"] == "nosniff"


def test_nobody_gets_it_without_signing_in(attached: Attachment) -> None:
    answer = Client().get(reverse("sync:attachment", args=[attached.pk]))
    assert answer.status_code == 302


def test_another_file_under_its_number_is_not_handed_out(
    world: World, attached: Attachment, page: Client
) -> None:
    (there,) = world.handle.site.issue(attached.item.remote_key).attachments
    there.filename = "Payroll.xlsx"
    answer = page.get(reverse("sync:attachment", args=[attached.pk]), follow=True)
    assert "another file under this number" in answer.content.decode()


def test_a_page_in_place_of_the_file_is_not_handed_out(
    world: World, attached: Attachment, page: Client
) -> None:
    world.fault("html_page", path=r"/(content|secure/attachment)/")
    answer = page.get(reverse("sync:attachment", args=[attached.pk]), follow=True)
    assert "Something else than the file" in answer.content.decode()


def test_what_is_gone_or_too_large_is_said(
    world: World, attached: Attachment, page: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    where = reverse("sync:attachment", args=[attached.pk])
    monkeypatch.setattr(attached_files, "LARGEST", 10)
    assert "larger than" in page.get(where, follow=True).content.decode()
    monkeypatch.undo()
    world.handle.site.issue(attached.item.remote_key).attachments.clear()
    answer = page.get(where, follow=True)
    assert answer.redirect_chain[0][0] == reverse("planning:item", args=[attached.item_id])
