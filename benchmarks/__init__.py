"""The figures this project promises, each a ratio against its baseline in the same run."""
