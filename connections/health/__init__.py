"""What is observed of a connection, and the words for it: health, diagnosis, which Jira it is, what ends.

In come failures and answers; out go stored diagnoses and one sentence of how it stands. It must not
repair anything.
"""
