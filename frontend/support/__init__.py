"""Support: let in by a site, handed over by the platform."""
