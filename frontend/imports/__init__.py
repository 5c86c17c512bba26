"""Pages of imports: a file on its way to the register."""
