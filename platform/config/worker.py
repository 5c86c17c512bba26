"""A queue worker: `python -m config.worker QUEUE …`."""

import logging
import sys

from dramatiq.cli import main as run_dramatiq
from dramatiq.cli import make_argument_parser

THREADS = 4
SHUTDOWN_WITHIN = 3_500  # milliseconds; a task cut short is delivered again


def arguments(queues: list[str]) -> list[str]:
    """Return the command line of dramatiq for one process on these queues."""
    return [
        # Imported in the process that works, after the fork: Django must not be set up before.
        "config.actors",
        "--processes=1",
        f"--threads={THREADS}",
        f"--worker-shutdown-timeout={SHUTDOWN_WITHIN}",
        "--skip-logging",
        "--path",
        "--queues",
        *queues,
    ]


def main() -> int:
    """Work until SIGTERM; return the exit code."""
    logging.basicConfig(level=logging.WARNING, format="%(message)s")
    queues = sys.argv[1:] or ["default"]
    parser = make_argument_parser()  # type: ignore[no-untyped-call]
    code: int = run_dramatiq(parser.parse_args(arguments(queues)))  # type: ignore[no-untyped-call]
    return code


if __name__ == "__main__":
    sys.exit(main())
