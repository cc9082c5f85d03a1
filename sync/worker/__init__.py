"""What lets several workers share the work: leases, slots, limits, retries, wake-ups and failpoints.

In comes a name of work; out goes the right to do it, or the moment to try again. It must not know what
the work is about: no issue, no item, no Jira.
"""
