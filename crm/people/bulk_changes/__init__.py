"""One change for many people: previewed, run in one go or as a job, undone as a whole.

Not to be confused with `crm.people.bulk`, which writes many new rows by COPY.
"""
