"""The board: work items, PIs, iterations, teams, links; every edit is a Change. It never speaks Jira."""
