"""Who can sign in here."""
