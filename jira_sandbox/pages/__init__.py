"""The sandbox's own pages, rendered on the server without JavaScript.

They let a person act as somebody in Jira, and call the same verbs as the REST API.
"""
