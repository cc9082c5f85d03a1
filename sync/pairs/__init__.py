"""What is known of a mapped project and of the pairs of item and issue in it, read from rows and metadata.

In come rows and Jira's metadata; out go the core's values (rules, lookups, states) and small corrections
of those rows. It must not move an edit in either direction.
"""
