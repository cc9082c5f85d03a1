"""The permission report: which projects, which permissions, what follows of them, and what changed.

In comes a PermissionReport row that waits; out go its rows, with sentences. It must not judge what the
catalogue of `jira_client.requirements` does not hold.
"""
