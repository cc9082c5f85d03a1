"""Jira and the board kept the same: wings from `pages` down to the pure `core`, in one order of imports."""
