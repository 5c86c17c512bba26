"""Size, colours and language of the interface, as each visitor chooses."""
