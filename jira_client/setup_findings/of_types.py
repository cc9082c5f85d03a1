"""Issue types that the board creates and the project does not have."""

from jira_client.permission_evaluation import Obstacle
from jira_client.setup_findings.context import HELD, MISSING, Context, unsure
from jira_client.setup_survey import Survey


def find(survey: Survey, context: Context) -> list[Obstacle]:
    """Issue types that the account cannot create in the project."""
    if context.states.get("CREATE_ISSUES") is not HELD:
        return []
    if survey.types is None:
        return [unsure(("create_story",), f"the issue types of {context.project.key}")]
    there = {kind.id for kind in survey.types}
    gone = [word for word, id in context.wanted.types.items() if id not in there]
    standard = [kind for kind in survey.types if not kind.subtask]
    if context.wanted.mapped and gone:
        named = ", ".join(gone)
        return [
            Obstacle(
                ("create_story",),
                MISSING,
                f"{context.account} cannot create the issue type {named} in "
                f"{context.project.key}: it is no longer among the project's issue types.",
                _please_add(named, context),
            )
        ]
    if not standard:
        return [
            Obstacle(
                ("create_story",),
                MISSING,
                f"{context.project.key} has no issue type that {context.account} may create.",
                _please_add("Story", context),
            )
        ]
    if not context.wanted.mapped and not any(k.name.lower() == "story" for k in standard):
        word = standard[0].name
        remark = f"{context.project.key} has no issue type Story; {word} was looked at instead."
        return [Obstacle(("create_story",), HELD, remark)]
    return []


def _please_add(named: str, context: Context) -> str:
    return (
        f"Please add the issue type “{named}” to {context.admin}: Project settings → Issue types → "
        "“Add issue type” (on Data Center: Actions → “Edit issue types”)."
    )
