"""Who may be the same person: scored by evidence, found by keys, looked at by somebody."""
