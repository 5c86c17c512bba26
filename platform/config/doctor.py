"""Checks of the machine's side: the embedded server and who runs what."""

import os
from collections.abc import Iterator

from django.conf import settings

from config.embedded import Cluster
from config.environment import data_dir
from config.errors import StartError
from crm.people.printing.typesetting import can_typeset, font_folder
from tenants.doctor import Finding, Level


def embedded_server() -> Iterator[Finding]:
    """Say where the embedded server keeps its data, and what its wall is worth."""
    host = settings.DATABASES["default"]["HOST"]
    if not host.startswith("/"):
        yield Finding(Level.OK, f"The database is a server of its own ({host})")
        return
    cluster = Cluster(data_dir())
    try:
        is_ours = str(cluster.socket) == host
    except StartError as exc:
        yield Finding(Level.WARNING, f"The embedded database cannot be looked at: {exc}")
        return
    if not is_ours:
        yield Finding(Level.OK, f"The database is another server on this machine ({host})")
        return
    yield Finding(Level.OK, f"The embedded database is {cluster.places.data}")
    if os.geteuid() in {0, cluster.places.owner.uid}:
        yield Finding(
            Level.WARNING,
            "The user who runs the web process also owns the embedded database: the wall between "
            "sites holds inside the program and against other users of this machine, not against "
            "somebody who takes over the program itself.",
            "Right for a demonstration. For real data use a PostgreSQL of its own (compose.yaml, "
            "or DATABASE_URL and DATABASE_ADMIN_URL).",
        )


def fonts() -> Iterator[Finding]:
    """Look for the font with 汉字, without which no PDF is made and pages are printed instead."""
    if can_typeset():
        yield Finding(Level.OK, f"PDFs are set with the font in {font_folder()}")
    else:
        yield Finding(
            Level.WARNING,
            "The font Noto Sans CJK is missing: sheets can be printed as pages, but not as PDF.",
            "Start ./run once, which installs it, or: apt install fonts-noto-cjk",
        )
