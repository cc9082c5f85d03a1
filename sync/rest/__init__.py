"""The sync's part of the REST API, a file per resource; composed in sync.rest.api."""
