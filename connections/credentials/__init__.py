"""Credentials: proven before they are kept, sealed, and pending where another account authorised.

In comes a Secret of whatever kind; out goes the Person whom Jira takes it for. It must not show one.
"""
