"""People: signing in, roles, API tokens, and the audit trail."""
