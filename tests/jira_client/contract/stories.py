"""Making a story, which most tests begin with."""

from jira_client.client import JiraClient
from jira_client.values import Created, Project


def new(client: JiraClient, project: Project, summary: str) -> Created:
    types = {kind.name: kind.id for kind in client.projects.issue_types(project.id)}
    fields = {"project": {"id": project.id}, "issuetype": {"id": types["Story"]}}
    return client.issues.create({**fields, "summary": summary}, properties={"alm": {"op": summary}})
