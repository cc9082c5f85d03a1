"""Jira knows who asks, and refuses what is asked: permissions, archives, screens, products."""

from __future__ import annotations

from tests.doctor.rows import Row
from tests.doctor.stage import Stage

SUMMARY = {"summary": "Changed by the doctor"}


def no_edit(stage: Stage) -> None:
    stage.grant("EDIT_ISSUES", False)
    stage.client().issues.edit("FALCON-1", SUMMARY)


def no_browse(stage: Stage) -> None:
    stage.grant("BROWSE_PROJECTS", False)
    stage.client().issues.get("FALCON-1", ("summary",))


def archived_project(stage: Stage) -> None:
    falcon = stage.site.project("FALCON")
    assert falcon is not None
    falcon.archived = True
    stage.after(setattr, falcon, "archived", False)
    stage.client().issues.edit("FALCON-1", SUMMARY)


def new_in_archived_project(stage: Stage) -> None:
    falcon = stage.site.project("FALCON")
    assert falcon is not None
    client = stage.client()
    types = client.projects.issue_types(str(falcon.id))
    kind = next(one for one in types if one.name == "Story")
    falcon.archived = True
    stage.after(setattr, falcon, "archived", False)
    client.issues.create({"project": {"key": "FALCON"}, "issuetype": {"id": kind.id}, **SUMMARY})


def archived_issue(stage: Stage) -> None:
    issue = stage.site.issue("FALCON-2")
    assert issue is not None
    issue.archived = stage.site.now()
    stage.after(setattr, issue, "archived", None)
    stage.client().issues.edit("FALCON-2", SUMMARY)


def off_screen(stage: Stage) -> None:
    falcon = stage.site.project("FALCON")
    assert falcon is not None
    falcon.hidden_fields.add("duedate")
    stage.after(falcon.hidden_fields.discard, "duedate")
    stage.client().issues.edit("FALCON-1", {"duedate": "2026-12-24"})


def bad_value(stage: Stage) -> None:
    stage.client().issues.edit("FALCON-1", {"duedate": "soon"})


def without_software(stage: Stage) -> None:
    client = stage.client()
    client.flavour  # noqa: B018 - asked before the fault is on
    stage.fault("no_software")
    client.boards.list()


ROWS = (
    Row("permission_refused", no_edit, "may not do this", ("#3 Permissions", "Jira admin")),
    Row("not_found", no_browse, "may not see it", ("Browse Projects",)),
    Row("archived", archived_project, "archived", ("Restore it in Jira",), name="project, edit"),
    Row("archived", new_in_archived_project, "archived", ("mapped project",), name="project, new"),
    Row("archived", archived_issue, "archived", ("Restore it in Jira",), name="issue"),
    Row("field_not_on_screen", off_screen, "duedate", ("project's admin", "screens",
        "#4 Fields and statuses")),
    Row("invalid", bad_value, "refuses the content", ("board", "mapping")),
    Row("jira_software_missing", without_software, "no boards and sprints", ("Jira admin",
        "Jira Software")),
)  # fmt: skip
