"""When anything runs: Celery's tasks, the tick that finds what is due, and what is let go of in time.

In come wake-ups with an id; each calls one verb. It must not hold a rule of its own.
"""
