"""Words every floor uses; it has no tables and knows no other floor."""
