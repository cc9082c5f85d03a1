"""Scopes that the token lacks for what the board does, where it is told which scopes the token has."""

from jira_client import scopes
from jira_client.permission_evaluation import Obstacle
from jira_client.requirements import OPERATIONS
from jira_client.setup_findings.context import MISSING, Context


def find(context: Context) -> list[Obstacle]:
    """One finding for the operations that lack the same scopes. None where nothing is told: a token of
    which Jira does not say its scopes shows with the first write what it may.
    """
    if context.scopes is None:
        return []
    wanting: dict[tuple[str, ...], list[str]] = {}
    for operation in OPERATIONS:
        if lacks := scopes.lacking(operation.code, context.scopes):
            wanting.setdefault(lacks, []).append(operation.code)
    who = context.account
    return [
        Obstacle(
            tuple(codes),
            MISSING,
            f"The token of {who} lacks a scope: {', '.join(lacks)}. The permission of the account is "
            "another matter.",
            f"Please give the credential of {who} these scopes, too: {' '.join(lacks)}. For a service "
            "account: Atlassian Administration → Directory → Service accounts → the account → "
            "“Create credentials”. For an app: developer.atlassian.com → the app → Permissions; then "
            "the access is allowed again by Re-authenticate.",
        )
        for lacks, codes in wanting.items()
    ]
