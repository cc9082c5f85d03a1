"""The board's addresses; to be included at the root of the site."""

from __future__ import annotations

from django.urls import path

from planning.pages import baselines, board, comments, item, items, links, structure

app_name = "planning"
urlpatterns = [
    path("board/", board.show, name="board"),
    path("board/cells/", board.cells, name="cells"),
    path("items/", items.show, name="list"),
    path("items/new/", item.new, name="new"),
    path("items/<uuid:item_id>/", item.show, name="item"),
    path("items/<uuid:item_id>/edit/", item.edit, name="edit"),
    path("items/<uuid:item_id>/move/", board.move, name="move"),
    path("items/<uuid:item_id>/delete/", item.delete, name="delete"),
    path("items/<uuid:item_id>/links/", links.add, name="add_link"),
    path("items/<uuid:item_id>/comments/", comments.add, name="add_comment"),
    path("comments/<uuid:comment_id>/edit/", comments.edit, name="edit_comment"),
    path("comments/<uuid:comment_id>/delete/", comments.delete, name="delete_comment"),
    path("links/<uuid:link_id>/remove/", links.remove, name="remove_link"),
    path("pis/<uuid:pi_id>/baseline/", baselines.show, name="baselines"),
    path("pis/<uuid:pi_id>/baseline/take/", baselines.take, name="take_baseline"),
    path("baselines/<uuid:baseline_id>/remove/", baselines.remove, name="remove_baseline"),
    path("baselines/<uuid:baseline_id>/drift.csv", baselines.export, name="baseline_csv"),
    path("trains/", structure.show, name="frame"),
    path("trains/pi/plan/", structure.plan, name="plan_pi"),
    path("trains/<slug:kind>/new/", structure.add, name="add_part"),
    path("trains/<slug:kind>/<uuid:part_id>/", structure.edit, name="edit_part"),
    path("trains/<slug:kind>/<uuid:part_id>/remove/", structure.remove, name="remove_part"),
]
