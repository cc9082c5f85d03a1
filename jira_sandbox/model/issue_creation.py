"""Creating and deleting issues. Callers have checked permissions; runs inside the site's lock."""

from collections.abc import Mapping
from typing import Any

from ..refusal import Refusal
from .issue_changes import adopt
from .issues import Issue
from .lexorank import rank_of
from .people import User
from .projects import IssueType, Project
from .site import Event, Site


def create(
    site: Site,
    actor: User,
    project: Project,
    kind: IssueType,
    values: Mapping[str, Any],
    properties: Mapping[str, Any] | None = None,
) -> Issue:
    """A new issue in the workflow's first status, with the defaults Jira fills in."""
    moment = site.now()
    number = project.next_number
    project.next_number += 1
    id = site.next_id("issue")
    filled: dict[str, Any] = {
        "summary": "", "description": None, "description_adf": None, "environment": None,
        "priority": site.priorities["3"], "resolution": None, "assignee": None, "reporter": actor,
        "labels": (), "sprints": (), "parent": None, "points": None, "wsjf": None,
        "duedate": None, "fix_versions": (), "components": (), "epic_name": None,
        "rank": rank_of(id),
    }  # fmt: skip
    filled |= values
    if "description" in values:
        filled["description"], filled["description_adf"] = values["description"]
    first = site.statuses["10000"]
    issue = Issue(id, number, project, kind, first, actor, moment, moment, filled,
                  status_changed=moment)  # fmt: skip
    issue.properties.update(properties or {})
    site.store(issue)
    adopt(issue, None, issue.parent)
    site.publish(Event("jira:issue_created", actor, "issue_created", issue))
    return issue


def delete(site: Site, actor: User, issue: Issue, with_subtasks: bool) -> None:
    """Removes the issue and its links. Raises Refusal 400 where sub-tasks would be orphaned."""
    subtasks = issue.subtasks
    if subtasks and not with_subtasks:
        raise Refusal(
            400,
            f"The issue '{issue.key}' has subtasks.  You must specify the "
            "'deleteSubtasks' parameter to delete this issue and all its subtasks.",
        )
    for subtask in subtasks:
        delete(site, actor, subtask, True)
    for link in list(issue.links):
        unlink(site, actor, link)
    for child in list(issue.children):
        child.values["parent"] = None
    adopt(issue, issue.parent, None)
    site.forget(issue)
    site.publish(Event("jira:issue_deleted", actor, "", issue))


def unlink(site: Site, actor: User, link: Any) -> None:
    link.source.links.remove(link)
    link.target.links.remove(link)
    del site.links[link.id]
    site.publish(Event("issuelink_deleted", actor, subject=link))
