"""Whose data is this: tenants, hosts, database roles, provisioning, tasks, permissions.

The only package that knows django-tenants. Code elsewhere asks `tenants.context` which tenant it
runs in and never opens a schema itself.
"""
