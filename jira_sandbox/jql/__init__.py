"""A subset of JQL: parse to a tree, compile to a predicate, search with ids as the fast path."""

from .search import Found, bounded, compiled, search

__all__ = ["Found", "bounded", "compiled", "search"]
