"""The board's pages: each view parses, calls one verb, renders."""
