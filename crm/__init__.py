"""The customer relationship floor: one app for each kind of work."""
