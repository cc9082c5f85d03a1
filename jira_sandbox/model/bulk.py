"""Creates thousands of issues at once, for benchmarks. No events leave."""

from datetime import timedelta

from .issues import History, Issue, Item
from .lexorank import rank_of
from .projects import Project
from .site import Site

PARAGRAPH = (
    "As a planner I want the board and Jira to agree, so that nobody plans with stale data. "
    "The acceptance criteria name the states, the roles and the limits that matter here. "
)


def fill(site: Site, project: Project, n: int) -> list[Issue]:
    """Adds `n` issues of about 5 KB each, spread over the project's types, statuses, people."""
    people = list(site.users.values())
    statuses = list(site.statuses.values())
    kinds = [site.types[id] for id in project.type_ids if site.types[id].level == 0]
    sprints = [
        one for one in site.sprints.values()
        if project.id in site.boards[one.board_id].project_ids
    ]  # fmt: skip
    points = (1.0, 2.0, 3.0, 5.0, 8.0)
    moment = site.now() - timedelta(seconds=n)
    made: list[Issue] = []
    for index in range(n):
        id, author = site.next_id("issue"), people[index % len(people)]
        when = moment + timedelta(seconds=index)
        values = {
            "summary": f"{project.name} item {project.next_number}: keep both sides equal",
            "description": f"{PARAGRAPH * 8}\n\nItem {id}.", "description_adf": None,
            "environment": None, "priority": site.priorities[str(index % 5 + 1)],
            "resolution": None, "assignee": author, "reporter": people[0],
            "labels": ("bulk", f"lot{index % 10}"), "epic_name": None, "parent": None,
            "sprints": (sprints[index % len(sprints)],) if sprints else (),
            "points": points[index % 5], "wsjf": None, "duedate": None, "fix_versions": (),
            "components": (), "rank": rank_of(id),
        }  # fmt: skip
        issue = Issue(id, project.next_number, project, kinds[index % len(kinds)],
                      statuses[index % 4], people[0], when, when, values,
                      status_changed=when)  # fmt: skip
        project.next_number += 1
        item = Item("labels", "labels", None, "", None, "bulk")
        issue.history.append(History(site.next_id("history", 20000), author, when, (item,)))
        site.store(issue)
        made.append(issue)
    return made
