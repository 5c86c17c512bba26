"""What happened in a schema: append-only, chained by keyed hashes, anchored outside."""
