"""Long jobs with progress: what staff started, how far it is, and how it ended."""
