"""Benchmarks: each module measures one thing side by side with its alternative, in one run."""
