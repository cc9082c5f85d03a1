"""Projects, boards, sprints and searching."""

from datetime import UTC, datetime, timedelta

import pytest

from jira_client import jql, sprints_in
from jira_client.client import JiraClient
from jira_client.errors import Invalid
from jira_client.values import Project
from tests.jira_client.contract.stories import new


def test_metadata(client: JiraClient, falcon: Project) -> None:
    assert [one.key for one in client.projects.list("falc")] == ["FALCON"]
    types = client.projects.issue_types(falcon.id)
    story = next(kind for kind in types if kind.name == "Story")
    categories = {s.category for s in client.projects.statuses("FALCON")[story.id]}
    assert categories == {"new", "indeterminate", "done"}
    required = [
        field.id for field in client.fields.create_fields("FALCON", story.id) if field.required
    ]
    assert "summary" in required
    assert any("gh-sprint" in (field.schema_custom or "") for field in client.fields.all())
    assert "Blocks" in [kind.name for kind in client.links.types()]


def test_sprints_and_rank(client: JiraClient, falcon: Project) -> None:
    (board,) = client.boards.list("FALCON", "scrum")
    configuration = client.boards.configuration(board.id)
    assert configuration.estimation_field
    start = datetime(2027, 1, 4, 9, tzinfo=UTC)
    sprint = client.sprints.create(board.id, "PI 9.1", start, start + timedelta(14), "goal [x], y")
    issues = [new(client, falcon, f"s{n}") for n in range(3)]
    client.sprints.move(sprint.id, [issue.id for issue in issues])
    field = next(f.id for f in client.fields.all() if "gh-sprint" in (f.schema_custom or ""))
    value = client.issues.get(issues[0].id, (field,)).fields[field]
    assert [(s.id, s.name, s.goal) for s in sprints_in(value)] == [
        (sprint.id, "PI 9.1", "goal [x], y")
    ]
    renamed = client.sprints.update(sprint.id, name="PI 9.2")
    assert (renamed.name, renamed.start, renamed.board_id) == ("PI 9.2", start, board.id)
    failed = client.issues.rank(
        [issues[2].id], before=issues[0].id, rank_field=configuration.rank_field
    )
    assert failed == []
    found = client.search.page(f"sprint = {sprint.id} ORDER BY rank", ("id",)).issues
    assert [i.id for i in found] == [issues[2].id, issues[0].id, issues[1].id]
    client.sprints.to_backlog([issues[0].id])
    assert sprints_in(client.issues.get(issues[0].id, (field,)).fields[field]) == ()
    client.sprints.delete(sprint.id)
    assert sprint.id not in [s.id for s in client.boards.sprints(board.id, ("future",))]


def test_searching_everything(client: JiraClient, falcon: Project) -> None:
    everything = list(client.search.all("project = FALCON", ("summary",), limit=5))
    ids = list(client.search.ids("project = FALCON"))
    assert sorted(i.id for i in everything) == sorted(ids)
    assert len(set(ids)) == len(ids) == client.search.count("project = FALCON")
    zone = client.myself().time_zone
    made = new(client, falcon, "just now")
    since = jql.moment(datetime.now(UTC) - timedelta(minutes=2), zone)
    recent = client.search.page(f"project = FALCON AND updated >= {since}", ("id",)).issues
    assert made.id in [issue.id for issue in recent]
    later = jql.moment(datetime.now(UTC) + timedelta(minutes=2), zone)
    assert not client.search.page(f"project = FALCON AND updated >= {later}", ("id",)).issues
    with pytest.raises(Invalid):
        client.search.page("nonsense ==", ("id",))
