"""One small class per kind of thing that Jira keeps; each builds requests and parses answers."""
