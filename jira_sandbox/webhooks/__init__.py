"""Webhooks: registered by admins, built at commit, delivered by a thread pool with retries.

Source: https://developer.atlassian.com/cloud/jira/platform/webhooks
Data Center: https://confluence.atlassian.com/adminjiraserver/managing-webhooks-938846912.html
"""
