"""What the client expects of any Jira: the same assertions over the sandbox of every flavour, and over
a real Jira where the environment names one (tests/real_jira.py). Whatever a test makes it deletes, and
it makes things in the one project that is named.
"""
