"""The life of a Change: waiting, claimed, settled, parked, held, given up.

In come edits that were committed and the outcome of sending them; out go the rows that `outbound` sends.
It must not call Jira.
"""
