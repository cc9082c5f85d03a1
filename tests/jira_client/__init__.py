"""Tests of the Jira client: its core by values, its wire by real loopback sockets."""
