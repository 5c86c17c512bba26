"""Forms that were typed into and not sent: kept every 20 seconds, offered again."""
