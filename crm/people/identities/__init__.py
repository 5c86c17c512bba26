"""Identities: states with their history, what they rest on, and the test of residence."""
