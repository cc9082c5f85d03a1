"""How many calls a connection may make: one budget, shared by all workers, edits before imports.

In come wishes to call and what Jira's answers told; out go leave and waiting times. It must not call.
"""
