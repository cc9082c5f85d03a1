"""Template tags of the board's pages."""
