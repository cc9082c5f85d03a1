"""Linking issues and moving them between projects. Runs inside the site's lock.

Source: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-links/
"""

from .issue_changes import record
from .issues import Issue, Item, Link
from .people import User
from .projects import LinkType, Project
from .site import Event, Site


def link(site: Site, actor: User, kind: LinkType, source: Issue, target: Issue) -> Link:
    """Links two issues; a duplicate is silently accepted and is the link that exists."""
    for one in source.links:
        if one.type is kind and one.source is source and one.target is target:
            return one
    made = Link(site.next_id("link"), kind, source, target)
    site.links[made.id] = made
    source.links.append(made)
    target.links.append(made)
    site.publish(Event("issuelink_created", actor, subject=made))
    return made


def move(site: Site, actor: User, issue: Issue, project: Project) -> None:
    """Moves the issue: the id stays, the key changes, the old key keeps leading to it."""
    old_key, old_project = issue.key, issue.project
    del site.of_project[old_project.id][issue.id]
    issue.old_keys.append(old_key)
    issue.project, issue.number = project, project.next_number
    project.next_number += 1
    site.of_project[project.id][issue.id] = issue
    site.keys[issue.key] = issue
    for slot, there in (("fix_versions", project.versions), ("components", project.components)):
        names = {
            one.name for one in issue.values[slot]
        }  # a project's own; Jira asks which are which
        issue.values[slot] = tuple(one for one in there.values() if one.name in names)
    items = [
        Item("project", "project", str(old_project.id), old_project.name, str(project.id),
             project.name),
        Item("Key", None, None, old_key, None, issue.key),
    ]  # fmt: skip
    record(site, actor, issue, items, site.now(), "issue_moved")
