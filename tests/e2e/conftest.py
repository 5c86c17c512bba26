"""A running network, as `./run` starts it, and a real browser.

The server is the product itself: its own data folder, embedded PostgreSQL, web, worker,
provisioner and scheduler. Without Chromium the tests say so and are skipped.
"""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

PASSWORD = "demo-sesame-42"
READY_WITHIN = 180.0  # seconds; CI's machines are slow and shared
LAUNCH = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none."""
    if shutil.which("chromium"):
        return
    reason = "Chromium is not installed: apt-get install chromium fonts-noto-cjk"
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.skip(reason=reason))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, object]:
    """Use Debian's Chromium; Playwright's own would have to be fetched."""
    return {"executable_path": shutil.which("chromium"), "args": LAUNCH}


@dataclass(frozen=True)
class Network:
    """A running network."""

    port: int
    log: Path

    def url(self, path: str = "/", site: str = "") -> str:
        """Return the address of a page on the platform's or a site's host."""
        host = f"{site}.localhost" if site else "localhost"
        return f"http://{host}:{self.port}{path}"


@pytest.fixture(scope="session")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Network]:
    """Start the demonstration network and stop it in the end."""
    folder = tmp_path_factory.mktemp("network")
    port = free_port()
    environment = {
        key: value
        for key, value in os.environ.items()
        if not key.startswith(("QIAOJIA_", "DATABASE_", "DJANGO_"))
    }
    environment |= {
        "PORT": str(port),
        "QIAOJIA_DATA_DIR": str(folder / "data"),
        "QIAOJIA_DEMO_PASSWORD": PASSWORD,
    }
    running = Network(port, folder / "log")
    with running.log.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "config.launch"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        wait_until_ready(running, process)
        yield running
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def wait_until_ready(network: Network, process: subprocess.Popen[bytes]) -> None:
    """Wait for `/readyz`, or fail with what the server printed."""
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            with urllib.request.urlopen(network.url("/readyz"), timeout=5) as answer:
                if answer.status == 200:
                    return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            time.sleep(0.5)
    pytest.fail(f"The network did not start:\n{network.log.read_text()[-4000:]}")


def free_port() -> int:
    """Return a port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


class Visitor:
    """One person at a browser. What the browser complains about fails the test."""

    def __init__(self, context: BrowserContext, network: Network, site: str) -> None:
        self.network = network
        self.site = site
        self.complaints: list[str] = []
        self.page: Page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))

    def _hear(self, message: ConsoleMessage) -> None:
        # A form that failed answers 422, which Chromium reports like a missing file.
        if message.type == "error" and "status of 422" not in message.text:
            self.complaints.append(message.text)

    def open(self, path: str = "/") -> Page:
        """Open a page of this visitor's host."""
        self.page.goto(self.network.url(path, self.site))
        return self.page

    def sign_in(self, phone: str, password: str = PASSWORD) -> Page:
        """Sign in with phone and password."""
        page = self.open("/accounts/login/")
        page.locator("input[name=login]").fill(phone)
        page.locator("input[name=password]").fill(password)
        page.locator("main form button[type=submit]").first.click()
        page.wait_for_url(lambda url: "/login" not in url)
        return page


@pytest.fixture
def visit(browser: Browser, network: Network) -> Iterator[object]:
    """Give a function that brings another person, with cookies of their own."""
    visitors: list[Visitor] = []
    contexts: list[BrowserContext] = []

    def arrive(site: str = "", **options: object) -> Visitor:
        settings = {"locale": "zh-CN", "timezone_id": "Asia/Shanghai"} | options
        context = browser.new_context(**settings)  # type: ignore[arg-type]
        context.set_default_timeout(20_000)
        contexts.append(context)
        visitors.append(Visitor(context, network, site))
        return visitors[-1]

    yield arrive
    for context in contexts:
        context.close()
    assert [complaint for visitor in visitors for complaint in visitor.complaints] == []
