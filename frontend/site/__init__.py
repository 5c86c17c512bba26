"""A site's front door and the day of its staff."""
