"""Jira's OAuth 1.0a provider: RSA-SHA1 only, verified here by RFC 5849 over `cryptography`.

It must never import oauthlib: what signs must not be what checks.

Source: https://developer.atlassian.com/cloud/jira/platform/jira-rest-api-oauth-authentication
Data Center: https://developer.atlassian.com/server/jira/platform/oauth
"""
