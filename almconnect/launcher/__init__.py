"""A whole installation on one machine: broker, web, worker, beat and, for the demo, two small Jiras.

Starts, watches and stops processes. Knows no rows and imports no app: what it needs from Django it
asks `manage.py` in a process of its own.
"""
