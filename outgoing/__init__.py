"""Calls that leave this installation: to judged addresses only, bounded in time and size, over proven TLS.

In come a base URL, the operator's address policy and ready requests; out come answers as bytes, or an
error of one tree. It must not import a framework or any of our packages, read settings or the environment,
or know what kind of server it calls: clients of one kind, such as `jira_client`, build on `channel`.
"""
