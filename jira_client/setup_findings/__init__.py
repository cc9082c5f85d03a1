"""Findings in a project's set-up that keep the board from writing although the permissions are held.

Pure: a survey and what the board wants in, findings with words for the Jira admin out. The menus that the
sentences name were seen in Jira's own pages.

Source of screens and required fields: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issues/#api-rest-api-3-issue-createmeta-projectidorkey-issuetypes-issuetypeid-get
Boards: https://developer.atlassian.com/cloud/jira/software/rest/api-group-board/
Link types: https://developer.atlassian.com/cloud/jira/platform/rest/v3/api-group-issue-link-types/
"""

from jira_client.permission_evaluation import Obstacle
from jira_client.setup_findings import of_boards, of_links, of_scopes, of_screens, of_types
from jira_client.setup_findings.context import Context
from jira_client.setup_findings.of_screens import off_screen, unfilled, wanted_fields
from jira_client.setup_survey import Survey

__all__ = ["Context", "find", "off_screen", "unfilled", "wanted_fields"]


def find(survey: Survey, context: Context) -> list[Obstacle]:
    """Every finding of one project: issue types, then screens, boards, link types, scopes."""
    return [
        *of_types.find(survey, context),
        *of_screens.find(survey, context),
        *of_boards.find(survey, context),
        *of_links.find(context),
        *of_scopes.find(context),
    ]
