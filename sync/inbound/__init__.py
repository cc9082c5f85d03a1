"""From Jira to the board: what was delivered or polled is read, merged and saved.

In come ids of issues and the issues themselves; out go items, pairs and conflicts, in one transaction
a batch. It must not write to Jira.
"""
