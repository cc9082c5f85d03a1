"""ALM connections: set up, proven, watched and reported on. It must not move an edit."""
