"""From the board to Jira: creates, edits, links and deletions, each read before and after.

In come claimed Changes; out go calls to Jira and what became of them. It must not decide what a merge
decides (`core`), and writes only to issues that the mapping owns now.
"""
