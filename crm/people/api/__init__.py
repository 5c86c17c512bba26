"""People for other programs."""
