"""The board's part of the REST API, a file per resource; composed in planning.api."""
