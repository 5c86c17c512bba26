"""When the upkeep runs. Times are China's."""

import datetime as dt

from tenants.schedule import Periodic

PERIODIC = [
    Periodic("audit.anchor_day", daily_at="23:50"),
    Periodic("audit.check_chain", daily_at="01:30"),
    Periodic("accounts.clear_sessions", daily_at="03:30"),
    Periodic("jobs.check_stale", every=dt.timedelta(minutes=5)),
    Periodic("tenants.try_walls", daily_at="02:30"),
    Periodic("tenants.forget_hits", every=dt.timedelta(hours=1)),
]
