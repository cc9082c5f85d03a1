"""What a project's set-up keeps the board from doing, although the permissions are held.

Pure: a survey and what the board wants in, obstacles with words for the Jira admin out.
"""

from jira_client.permission_evaluation import Obstacle
from jira_client.setup_findings import of_boards, of_links, of_screens, of_types
from jira_client.setup_findings.context import Context
from jira_client.setup_findings.of_screens import off_screen, unfilled, wanted_fields
from jira_client.setup_survey import Survey

__all__ = ["Context", "find", "off_screen", "unfilled", "wanted_fields"]


def find(survey: Survey, context: Context) -> list[Obstacle]:
    """Every obstacle, the heaviest first."""
    return [
        *of_types.find(survey, context),
        *of_screens.find(survey, context),
        *of_boards.find(survey, context),
        *of_links.find(context),
    ]
