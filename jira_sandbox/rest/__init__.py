"""Jira's REST API over the model: each module holds the handlers of one resource."""
