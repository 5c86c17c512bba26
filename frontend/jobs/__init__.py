"""Pages of the long jobs."""
