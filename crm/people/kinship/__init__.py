"""Kinship: links between people, what they call each other, and the way to a 归侨 or 华侨."""
