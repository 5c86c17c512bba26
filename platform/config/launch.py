"""What `./run` goes on with inside the environment: `python -m config.launch WORD …`.

``serve`` runs the network. Any other word is a command of `qiaojia`, given a database: the
running one, or the embedded one for as long as the command takes.
"""

import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from types import FrameType

import psycopg

from config.embedded import Cluster
from config.environment import complete, data_dir, databases
from config.errors import StartError
from config.serve import PYTHON, serve


def main() -> None:
    """Run the word on the command line; what stops a start is one sentence, not a traceback."""
    words = sys.argv[1:] or ["serve"]
    try:
        sys.exit(serve() if words == ["serve"] else run_command(words))
    except StartError as exc:
        sys.exit(str(exc))
    except KeyboardInterrupt:
        sys.exit(130)


def run_command(words: list[str]) -> int:
    """Run one command of `qiaojia`; return its exit code."""
    data = data_dir()
    cluster = Cluster(data, say=_say)
    with databases(complete(os.environ, data), cluster) as environment:
        child = subprocess.Popen([*PYTHON, "config.manage", *words], env=environment)

        def pass_on(number: int, frame: FrameType | None) -> None:
            if number == signal.SIGTERM:  # Ctrl-C reaches the command by itself
                child.terminate()

        # The database must outlive the command, so we wait for it even when asked to end.
        for kind in (signal.SIGINT, signal.SIGTERM):
            signal.signal(kind, pass_on)
        code = child.wait()
        if code != 0 and is_empty(environment):
            _say("The database is still empty. Start ./run once, which prepares it.")
        return code if code >= 0 else 128 - code


def is_empty(environment: Mapping[str, str]) -> bool:
    """Say whether nobody has prepared the database yet; no, where that cannot be asked."""
    try:
        with psycopg.connect(environment.get("DATABASE_ADMIN_URL", "")) as connection:
            row = connection.execute("SELECT to_regclass('public.tenants_tenant')").fetchone()
    except psycopg.Error:
        return False
    return row == (None,)


def _say(text: str) -> None:
    """Print to stderr: stdout belongs to the command."""
    sys.stderr.write(f"{text}\n")


if __name__ == "__main__":
    main()
