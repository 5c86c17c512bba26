"""Every HTML page: the design system here, and one folder for each domain app."""
