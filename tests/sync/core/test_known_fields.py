"""Custom fields that Jira brings: one answer for the mapping that is proposed and for the report."""

from __future__ import annotations

from jira_client import setup_findings
from jira_client.setup_findings import Context
from jira_client.setup_survey import Instance, Survey, Wanted
from jira_client.values import FieldInfo, Project
from sync.core.propose import Metadata, propose

POINTS = FieldInfo("customfield_1", "Story Points", custom=True, schema_type="number")
SECOND = FieldInfo("customfield_2", "Story Points", custom=True, schema_type="number")
TEAM_MANAGED = FieldInfo(
    "customfield_3",
    "Story point estimate",
    custom=True,
    schema_type="number",
    schema_custom="com.pyxis.greenhopper.jira:jsw-story-points",
)


def proposed(fields: tuple[FieldInfo, ...], estimation: str | None) -> str | None:
    data = Metadata((), (), fields, (), (), estimation, "parent")
    return propose(data).fields.get("story_points")


def reported(fields: tuple[FieldInfo, ...], estimation: str | None) -> str | None:
    context = Context("svc", Project("1", "ABC", "Abc"), Wanted(), Instance(fields), {})
    return setup_findings.wanted_fields(Survey(estimation=estimation), context).get("story_points")


def test_the_report_looks_at_the_points_that_a_mapping_would_write() -> None:
    for fields, estimation, wanted in (
        ((POINTS, SECOND, TEAM_MANAGED), None, "customfield_1"),
        ((SECOND, POINTS), None, "customfield_2"),
        ((TEAM_MANAGED,), None, "customfield_3"),
        ((POINTS,), "customfield_9", "customfield_9"),
        ((), None, None),
    ):
        assert proposed(fields, estimation) == wanted
        assert reported(fields, estimation) == wanted


def test_a_board_that_estimates_by_time_has_no_points_there() -> None:
    seconds = FieldInfo("timeoriginalestimate", "Original estimate", schema_type="number")
    text = FieldInfo("customfield_7", "Size", custom=True, schema_type="string")
    for estimation in ("timeoriginalestimate", "timeestimate", "customfield_7", "issueCount_"):
        for fields, wanted in (((seconds, text), None), ((seconds, text, POINTS), "customfield_1")):
            assert proposed(fields, estimation) == wanted
            assert reported(fields, estimation) == wanted


def test_a_team_managed_project_has_points_of_its_own() -> None:
    fields = (POINTS, TEAM_MANAGED)
    data = Metadata((), (), fields, (), (), None, "parent", team_managed=True)
    assert propose(data).fields["story_points"] == "customfield_3"
    project = Project("1", "ABC", "Abc", style="next-gen")
    context = Context("svc", project, Wanted(), Instance(fields), {})
    assert setup_findings.wanted_fields(Survey(), context)["story_points"] == "customfield_3"
