"""Jira's webhook: registering it, proving and storing what it delivers, and noticing its silence.

In come HTTP requests of Jira's; out go Delivery rows. It must not apply a body, nor trust one.
"""
