"""The sync's pages, one file per page. A view parses, calls one verb, renders; it decides nothing."""
