"""A running network, as `./run` starts it, and a real browser.

The server is the product itself: its own data folder, embedded PostgreSQL, web, worker,
provisioner and scheduler. Without Chromium the tests say so and are skipped.
"""

import http.client
import os
import re
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
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Dialog, Frame, Page

PASSWORD = "demo-sesame-42"
DELIVERED_WITHIN = 20.0  # seconds; messages go through the worker
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
    pid: int

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
    log_file = folder / "log"
    with log_file.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", "config.launch"],
            env=environment,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    running = Network(port, log_file, process.pid)
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
        self.dialogs = 0
        # Answers that Chromium reports like a missing file, although the page shows them well.
        self.expected = {422}
        self._is_deaf = False
        self.page: Page = context.new_page()
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("dialog", self._dismiss)
        self.page.on("framenavigated", self._listen)

    def _hear(self, message: ConsoleMessage) -> None:
        if self._is_deaf or message.type not in {"error", "warning"}:
            return
        if not any(f"status of {status}" in message.text for status in self.expected):
            self.complaints.append(f"{self.page.url}: {message.text}")

    def _dismiss(self, dialog: Dialog) -> None:
        self.dialogs += 1
        dialog.dismiss()

    def _listen(self, _frame: Frame) -> None:
        self._is_deaf = False

    def open(self, path: str = "/") -> Page:
        """Open a page of this visitor's host."""
        self.page.goto(self.network.url(path, self.site))
        return self.page

    def send(self) -> None:
        """Press the first button of the page's form."""
        self.page.locator("main form button[type=submit]:visible").first.click()

    def save(self) -> None:
        """Press the last main button of the page's form."""
        self.page.locator("main form .button-primary").last.click()

    def sign_in(self, phone: str, password: str = PASSWORD) -> Page:
        """Sign in with phone and password."""
        page = self.open("/accounts/login/")
        page.locator("input[name=login]").fill(phone)
        page.locator("input[name=password]").fill(password)
        self.send()
        page.wait_for_url(lambda url: "/login/" not in url or "/factor/" in url)
        return page

    def sign_out(self) -> None:
        """Sign out."""
        page = self.open("/accounts/logout/")
        self.send()
        page.wait_for_url(lambda url: "/logout/" not in url)

    def read_code(self) -> str:
        """Return the code that was sent last, from the demonstration's mailbox."""
        mailbox = self.page.context.new_page()
        until = time.monotonic() + DELIVERED_WITHIN
        code = None
        while code is None and time.monotonic() < until:
            mailbox.goto(self.network.url("/dev/mailbox/", self.site))
            code = re.search(r"\b\d{6}\b", mailbox.locator("main").inner_text())
        mailbox.close()
        assert code, "no message arrived"
        return code.group()

    def status_of(self, path: str) -> int:
        """Ask for a page without showing it; return the status, 0 if nobody answered."""
        port = self.network.port
        cookies = self.page.context.cookies(self.network.url("/", self.site))
        headers = {
            "Host": f"{self.site}.localhost:{port}",
            "Cookie": "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies),
        }
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        try:
            connection.request("GET", path, headers=headers)
            return connection.getresponse().status
        except OSError:
            return 0
        finally:
            connection.close()

    def add_person(self, full_name: str, **values: str) -> str:
        """Add a person; return the path of the person's page."""
        page = self.open("/people/add/")
        for name, value in {"full_name": full_name, **values}.items():
            page.locator(f"[name='{name}']").fill(value)
        self.save()
        page.wait_for_url(re.compile(r"/people/[0-9a-f-]{36}/$"))
        return urlsplit(page.url).path

    def faults(self) -> list[str]:
        """Return what is wrong with the page: it scrolls sideways, axe objects, it leads away."""
        overflow = self.page.evaluate(
            "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        )
        found = [f"scrolls sideways by {overflow} px"] if overflow > 0 else []
        found += [f"loads from elsewhere: {url}" for url in self.page.evaluate(FOREIGN)]
        # axe puts styles into the page, which the policy forbids and Chromium reports.
        self._is_deaf = True
        answer = Axe().run(self.page, options={"preload": False}).response
        found += [f"{v['id']}: {v['nodes'][0]['html'][:200]}" for v in answer["violations"]]
        return found

    def crawl(self, start: str = "/") -> dict[str, list[str]]:
        """Open every page that links lead to, one of each kind; return the faults by path."""
        seen: set[str] = set()
        faults: dict[str, list[str]] = {}
        waiting = [start]
        while waiting:
            path = waiting.pop(0)
            if kind_of(path) in seen:
                continue
            seen.add(kind_of(path))
            answer = self.page.goto(self.network.url(path, self.site))
            assert answer is not None
            if answer.status != 200:
                faults[path] = [f"status {answer.status}"]
                continue
            if found := self.faults():
                faults[path] = found
            waiting += self.page.evaluate(LINKS)
        self.visited = seen
        return faults


# Paths of this host that the page links to; files to take along are no pages.
LINKS = """
[...document.querySelectorAll("a[href]:not([download])")].map((link) => new URL(link.href))
  .filter((url) => url.origin === location.origin).map((url) => url.pathname)
"""
# What the page would load or send on its own account to another origin. A link is no load.
FOREIGN = """
[...document.querySelectorAll("[src], [action], [formaction], link[href], [hx-get], [hx-post]")]
  .flatMap((node) => ["src", "action", "formaction", "hx-get", "hx-post"]
    .concat(node.matches("link") ? ["href"] : [])
    .map((name) => node.getAttribute(name)).filter(Boolean))
  .filter((url) => !url.startsWith("data:image/"))
  .filter((url) => new URL(url, location.href).origin !== location.origin)
"""


def kind_of(path: str) -> str:
    """Return the path without what differs from one object to the next."""
    path = re.sub(r"[0-9a-f]{8}-[0-9a-f-]{27}", "ID", path)
    return re.sub(r"^/sites/(?!new/|regions/)[^/]+/", "/sites/CODE/", path)


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
    assert [visitor.dialogs for visitor in visitors if visitor.dialogs] == []
