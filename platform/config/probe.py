"""Say by the exit code whether the web server of this container lives: `python -m config.probe`."""

import sys
import urllib.error
import urllib.request


def main(url: str = "http://127.0.0.1:8000/healthz") -> int:
    """Ask ``/healthz`` once; 0 means that it answered well."""
    try:
        with urllib.request.urlopen(url, timeout=4) as answer:  # noqa: S310 (our own address)
            return 0 if answer.status == 200 else 1
    except (urllib.error.URLError, TimeoutError, ConnectionError):
        return 1


if __name__ == "__main__":
    sys.exit(main())
