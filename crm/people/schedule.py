"""When the upkeep of people runs. Times are China's."""

import datetime as dt

from tenants.schedule import Periodic

PERIODIC = [
    Periodic("people.expire_exports", every=dt.timedelta(minutes=30)),
    Periodic("people.scan_nightly", daily_at="02:00"),
    Periodic("people.forget_merges", daily_at="03:10"),
    Periodic("people.forget_imports", daily_at="03:10"),
]
