"""Webhooks: registered by admins, built at commit, delivered by a thread pool with retries."""
