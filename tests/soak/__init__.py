"""Histories of random edits under faults and killed workers, judged by the invariants I1 to I8.

`python -m tests.soak` runs one; `--minutes 60` soaks. Real processes, a real database file or server,
a real sandbox over HTTP; time is only moved on for what merely waits.
"""
