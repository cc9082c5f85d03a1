"""A subset of JQL: parse to a tree, compile to a predicate, search with ids as the fast path.

Source: https://support.atlassian.com/jira-software-cloud/docs/use-advanced-search-with-jira-query-language-jql/
Data Center: https://confluence.atlassian.com/jirasoftwareserver/advanced-searching-939938733.html
"""

from .search import Found, bounded, compiled, search

__all__ = ["Found", "bounded", "compiled", "search"]
