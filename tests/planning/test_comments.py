"""Who may write, change and delete comments, on the page and by API, and what is told of it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from planning import comment_editing
from planning.comment_editing import add_comment, delete_comment, edit_comment
from planning.models import BoardEvent, Change, Comment, WorkItem
from tests.planning.reading import Page

Make = Callable[..., WorkItem]


def test_only_who_wrote_it_changes_it_and_an_admin_may_delete_it(
    rte: User, admin: User, make_item: Make
) -> None:
    comment = add_comment(make_item().pk, "mine", actor=rte)
    with pytest.raises(comment_editing.Refused, match="somebody else's"):
        edit_comment(comment.pk, "yours", actor=admin)
    edit_comment(comment.pk, "mine, changed", actor=rte)
    delete_comment(comment.pk, actor=admin)
    with pytest.raises(comment_editing.NoComment):
        edit_comment(comment.pk, "again", actor=rte)
    told = BoardEvent.objects.filter(object_id=comment.pk).order_by("id")
    assert [one.kind.partition(".")[2] for one in told] == ["created", "updated", "deleted"]


def test_one_of_jiras_is_nobodys_here(rte: User, admin: User, make_item: Make) -> None:
    comment = Comment.objects.create(item=make_item(), from_jira=True, author_name="Uma", body="x")
    for act in (
        lambda: edit_comment(comment.pk, "y", actor=rte),
        lambda: delete_comment(comment.pk, actor=admin),
    ):
        with pytest.raises(comment_editing.Refused, match="written in Jira"):
            act()


def test_what_is_the_same_writes_nothing(rte: User, make_item: Make) -> None:
    comment = add_comment(make_item().pk, " same \n", actor=rte)
    before = Change.objects.count()
    edit_comment(comment.pk, "same", actor=rte)
    assert Change.objects.count() == before


@pytest.mark.parametrize("body", ["", "  \n", None, 7, "x" * 40_000, "a\x00b"])
def test_what_is_no_text_is_refused(rte: User, make_item: Make, body: object) -> None:
    with pytest.raises(comment_editing.Refused):
        add_comment(make_item().pk, body, actor=rte)


def test_the_page_shows_them_oldest_first_with_what_one_may_do(
    rte: User, admin: User, client_of: Callable[..., Client], make_item: Make
) -> None:
    item = make_item()
    client = client_of(rte)
    where = reverse("planning:add_comment", args=[item.pk])
    for text in ("first <b>words</b>", "second"):
        client.post(where, {"body": text})
    other = add_comment(item.pk, "of another", actor=admin)
    Comment.objects.filter(pk=other.pk).update(created=other.created - timedelta(hours=1))
    shown = client.get(reverse("planning:item", args=[item.pk])).content.decode()
    places = [shown.index(f">{text}") for text in ("of another", "first &lt;b&gt;", "second")]
    assert places == sorted(places)
    assert shown.count("/edit/") - shown.count(f"/items/{item.pk}/edit/") == 2


def test_it_is_changed_and_deleted_by_pages(
    rte: User, viewer: User, client_of: Callable[..., Client], make_item: Make
) -> None:
    item = make_item()
    comment = add_comment(item.pk, "one", actor=rte)
    client = client_of(rte)
    edit = reverse("planning:edit_comment", args=[comment.pk])
    assert Page(client.get(edit).content)
    client.post(edit, {"body": "two"})
    comment.refresh_from_db()
    assert comment.body == "two"
    delete = reverse("planning:delete_comment", args=[comment.pk])
    assert client_of(viewer).post(delete).status_code == 403
    client.post(delete)
    assert not Comment.objects.live().exists()


def test_the_api_pages_them_in_the_order_of_time(
    rte: User, api: Callable, token_of: Callable, make_item: Make
) -> None:
    item, rest = make_item(), api(token_of(rte))
    for number in range(5):
        rest.post(f"/items/{item.pk}/comments", {"body": str(number)})
    found, cursor = [], ""
    while cursor is not None:
        page = rest.get(f"/items/{item.pk}/comments?limit=2{cursor and '&cursor=' + cursor}").json()
        found += [one["body"] for one in page["items"]]
        cursor = page["next"]
    assert found == ["0", "1", "2", "3", "4"]
    assert rest.get(f"/items/{item.pk}/comments?cursor=x").status_code == 400
    assert rest.patch(f"/comments/{item.pk}", {"body": "x"}).status_code == 404


def test_none_is_written_where_jira_alone_says_them(
    rte: User, client_of: Callable[..., Client], make_item: Make
) -> None:
    item = make_item()
    project = item.project
    project.comments = "from_jira"
    project.save()
    with pytest.raises(comment_editing.Refused, match="from Jira only"):
        add_comment(item.pk, "x", actor=rte)
    shown = client_of(rte).get(reverse("planning:item", args=[item.pk])).content.decode()
    assert "comments from Jira only" in shown
    assert reverse("planning:add_comment", args=[item.pk]) not in shown
