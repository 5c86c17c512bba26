"""Rosters as sites have them in spreadsheets, put on the register without one silent change."""
