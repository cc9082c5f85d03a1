"""The home of the console: is everything flowing, and what is to be done next.

In come rows; out go cards and a picture. It must not call Jira, and writes nothing.
"""
