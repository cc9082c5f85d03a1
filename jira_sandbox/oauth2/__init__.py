"""OAuth 2.0 for people: Cloud's at Atlassian's auth server (3LO), Data Center's by incoming links."""
