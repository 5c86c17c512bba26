"""Run a command that ends when its parent ends, even when the parent is killed.

Used as ``python -m config.leash COMMAND …``. A process of its own does this because running
Python between fork and exec of a parent with threads can hang.
"""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1  # linux/prctl.h; survives exec, unless the program is set-user-id


def main() -> None:
    """Ask the kernel for SIGTERM at the parent's end, then become the command."""
    parent = int(os.environ.pop("QIAOJIA_PARENT"))
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)
    if os.getppid() != parent:  # it ended before we asked
        sys.exit(1)
    os.execvp(sys.argv[1], sys.argv[1:])


if __name__ == "__main__":
    main()
