"""The pages of connections, one file per step. A view parses, calls one verb, renders."""
