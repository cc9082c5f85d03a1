"""Template tags of the pages of people."""
