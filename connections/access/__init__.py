"""From a connection's row to a client that may call its Jira: sealed secrets, readiness, circuit.

In comes a Connection; out goes a `JiraClient`, or the reason why none is to be had now. It must not
decide whether a call is wise.
"""
