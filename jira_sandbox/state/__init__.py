"""Keeping a sandbox across restarts in one JSON file (`--state FILE`)."""
