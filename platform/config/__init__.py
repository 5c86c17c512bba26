"""Wiring: settings, addresses and the start. No other package imports it."""
