"""The database backend that Django loads as ``tenants.backend``."""
