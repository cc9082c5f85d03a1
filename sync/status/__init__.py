"""What the sync says of itself and lets people do about it: status, traffic, replays, parked fields.

In come rows; out go figures, sentences and Changes that are tried again. It must not call Jira.
"""
