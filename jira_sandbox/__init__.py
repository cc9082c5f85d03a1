"""A small, faithful Jira (Cloud and Data Center) for the demo and the tests.

It speaks HTTP only and shares no code with the client it is used to prove. It must never import
Django, oauthlib, `jira_client` or any of the console's apps.
"""
