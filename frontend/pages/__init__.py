"""Pages about the interface itself: help and the accessibility statement."""
