"""What can stop a start."""


class StartError(Exception):
    """Something outside the program stops the start; the text says what to do about it."""
