"""Pages of the platform: the directory of sites."""
