"""Boards and sprints that the account does not see, or that are of another kind."""

from jira_client.permission_evaluation import Obstacle
from jira_client.scopes import BOARDS, SPRINTS, of_area
from jira_client.setup_findings.context import MISSING, UNKNOWN, Context, unsure
from jira_client.setup_survey import Survey, board_in

SCOPES = (*of_area(BOARDS), *of_area(SPRINTS))


def find(survey: Survey, context: Context) -> list[Obstacle]:
    """No access to boards, no board of the project, or one without sprints."""
    key, who = context.project.key, context.account
    if not survey.software:
        return [
            Obstacle(
                ("move_to_sprint", "reorder"),
                MISSING,
                f"{who} has no access to boards and sprints of this Jira: Jira Software is not "
                "installed, or the account has no licence for it.",
                f"Please give {who} access to Jira Software: Settings → Applications (on Cloud: "
                "Settings → User management) → Application access, or “Product access”.",
            )
        ]
    if survey.scope_missing:
        return [
            Obstacle(
                ("move_to_sprint", "reorder"),
                UNKNOWN,
                f"The token of {who} lacks the scopes of boards and sprints ({', '.join(SCOPES)}), so "
                "they could not be looked at. The project works without boards.",
                f"Please make a token for {who} with these scopes, too: {' '.join(SCOPES)}. "
                "Atlassian Administration → Directory → Service accounts → the account → “Create "
                "credentials”; for a person's own: id.atlassian.com → Security → API tokens → “Create "
                "API token with scopes”.",
            )
        ]
    if survey.boards is None:
        return [unsure(("move_to_sprint",), f"the boards of {key}")]
    board = board_in(survey.boards, context.wanted)
    ask = (
        f"Please create a Scrum board for {context.admin}, or share one with {who}: Boards → “View "
        "all boards” → “Create board” → “Create a Scrum board”; its filter is shared under Board "
        "settings → General → “Edit filter shares”."
    )
    if board is None:
        chosen = context.wanted.board_id
        message = (
            f"{who} does not see the board {chosen} that the mapping of {key} names."
            if chosen is not None
            else f"{who} sees no board of {key}, so there are no sprints to move to."
        )
    elif not survey.sprints:
        kind = "Kanban board" if board.type == "kanban" else "board without sprints"
        message = f"The board {board.name} of {key} is a {kind}: a Scrum board is needed."
    else:
        return []
    return [Obstacle(("move_to_sprint",), MISSING, message, ask)]
