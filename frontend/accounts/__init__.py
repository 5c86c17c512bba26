"""Signing in, the own account, and a place's members and their roles."""
