"""One small class per kind of thing that Jira keeps; each builds requests and parses answers.

Every method says which page of the vendor's it follows. The Cloud pages are those of version 3 of the
API. The client calls version 2, which Data Center has too: the two differ only in how they write rich
text, as wiki markup in version 2 and as a document tree in version 3. Where Data Center has a page of
its own for a rule, it stands beside Cloud's.
"""
