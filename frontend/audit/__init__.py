"""Pages of the audit: what happened here, and who looked at whose data."""
