"""The sync's addresses: the one that Jira calls, then the pages."""

from django.urls import path

from sync import hooks
from sync.pages import (
    activity,
    boards,
    brakes,
    conflicts,
    dry_run,
    fields,
    gone,
    mapping,
    mapping_rules,
    parked,
    project,
    projects,
    restored,
    trace,
    webhook,
)

app_name = "sync"
_connection = "connections/<uuid:connection_id>"
_project = "mapped-projects/<uuid:project_id>"
urlpatterns = [
    path("hooks/jira/<str:token>", hooks.jira, name="hook"),
    path(f"{_connection}/projects/", projects.projects, name="projects"),
    path(f"{_connection}/projects/progress/", projects.progress, name="projects_progress"),
    path(f"{_connection}/projects/map/", mapping.map_project, name="map"),
    path(f"{_connection}/fields/", fields.fields, name="fields"),
    path(f"{_connection}/webhook/", webhook.webhook, name="webhook"),
    path(f"{_connection}/webhook/register/", webhook.register, name="register_webhook"),
    path(f"{_connection}/restored/", restored.restored, name="restored"),
    path(f"{_connection}/restored/compare/", restored.compare, name="compare_restored"),
    path(f"{_connection}/activity/", activity.activity, name="activity"),
    path(f"{_project}/", project.project, name="project"),
    path(f"{_project}/change/", project.change, name="change_project"),
    path(f"{_project}/board/", boards.board, name="board"),
    path(f"{_project}/runs/", project.runs, name="runs"),
    path(f"{_project}/runs/start/", project.start, name="start_run"),
    path(f"{_project}/dry-runs/<uuid:run_id>/", dry_run.dry_run, name="dry_run"),
    path(f"{_project}/sprints/", project.sprints, name="adopt_sprints"),
    path(f"{_project}/sprints/make/", project.make_sprints, name="make_sprints"),
    path(f"{_project}/fields/", fields.change, name="change_fields"),
    path(f"{_project}/fields/steps/", mapping_rules.steps, name="change_steps"),
    path(f"{_project}/fields/creates/", mapping_rules.creates, name="change_creates"),
    path(f"{_project}/fields/team/", mapping_rules.team, name="change_team"),
    path(f"{_project}/fields/links/", mapping_rules.links, name="change_links"),
    path(f"{_project}/unmap/", project.unmap, name="unmap"),
    path("activity/", activity.activity, name="activity"),
    path("activity/deliveries/<int:delivery_id>/", activity.delivery, name="delivery"),
    path(
        "activity/deliveries/<int:delivery_id>/replay/",
        activity.replay_delivery,
        name="replay_delivery",
    ),
    path("activity/changes/<int:change_id>/", activity.change, name="change"),
    path("activity/changes/<int:change_id>/replay/", activity.replay_change, name="replay_change"),
    path("activity/changes/<int:change_id>/decide/", parked.decide, name="decide_change"),
    path("activity/replay/", activity.replay_many, name="replay"),
    path("conflicts/", conflicts.conflicts, name="conflicts"),
    path("conflicts/<uuid:conflict_id>/resolve/", conflicts.resolve, name="resolve"),
    path("gone-from-jira/", gone.gone, name="gone"),
    path("gone-from-jira/<uuid:item_id>/let-go/", gone.let_go, name="let_go"),
    path("held-deletions/", brakes.brakes, name="brakes"),
    path("held-deletions/<uuid:brake_id>/", brakes.decide, name="decide_brake"),
    path("parked/", parked.parked, name="parked"),
    path("parked/<uuid:item_id>/", parked.decide_item, name="decide_parked"),
    path("trace/", trace.trace, name="trace"),
]
