"""Addresses as people type and paste them, judged and read before anything is called.

In comes text; out go URLs, or sentences about what is wrong with them. It must not send a credential.
"""
