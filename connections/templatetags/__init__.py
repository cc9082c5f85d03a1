"""Template tags of the pages of connections."""
