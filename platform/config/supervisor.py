"""Keep a few processes running: start them, restart them after a crash, stop them in order."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import IO

SHORTEST_DELAY = 0.2  # seconds before a dead process is started again; doubles each time
LONGEST_DELAY = 10.0
HEALTHY_AFTER = 30.0  # a process that lived this long starts with the shortest delay again
END_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
STOP_WITHIN = 4.0  # seconds from the polite request to the kill, for each stage


class StopRequested(BaseException):
    """Somebody asked for the end: Ctrl-C, SIGTERM or a closed terminal."""


@dataclass(frozen=True)
class Child:
    """A process to keep running.

    Attributes:
        name: put in front of each line it prints.
        command: the program and its arguments.
        environment: its whole environment.
        stage: processes of a lower stage are stopped before those of a higher one.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    stage: int = 0


class _Running:
    """One child's process, and when to start it again."""

    def __init__(self, child: Child, output: Callable[[str], None]) -> None:
        self.child = child
        self.output = output
        self.process: subprocess.Popen[str] | None = None
        self.started_at = 0.0
        self.start_at = 0.0
        self.delay = SHORTEST_DELAY

    def start(self) -> None:
        """Start the process in a group of its own, so that Ctrl-C reaches only the supervisor."""
        self.started_at = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", "config.leash", *self.child.command],
            env={**self.child.environment, "QIAOJIA_PARENT": str(os.getpid())},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            process_group=0,
        )
        assert self.process.stdout is not None
        threading.Thread(target=self._relay, args=[self.process.stdout], daemon=True).start()

    def _relay(self, lines: IO[str]) -> None:
        with lines:
            for line in lines:
                self.output(f"{self.child.name:<11} | {line.rstrip()}")

    def look(self, now: float) -> None:
        """Start the process when its time has come; plan a start when it has died."""
        if self.process is None:
            if now >= self.start_at:
                self.start()
        elif (code := self.process.poll()) is not None:
            self.signal(signal.SIGKILL)  # its own children must not outlive it
            if now - self.started_at >= HEALTHY_AFTER:
                self.delay = SHORTEST_DELAY
            self.output(
                f"{self.child.name:<11} | ended ({_describe(code)}); "
                f"starting again in {self.delay:.1f} s"
            )
            self.process, self.start_at = None, now + self.delay
            self.delay = min(self.delay * 2, LONGEST_DELAY)

    def signal(self, number: signal.Signals) -> None:
        """Send a signal to the whole group of the process."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, number)

    def ask_to_stop(self) -> None:
        """Send SIGTERM to the process alone: servers stop their own workers in order."""
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def has_ended(self) -> bool:
        """Say whether nothing of it runs any more."""
        return self.process is None or self.process.poll() is not None


class Supervisor:
    """Runs `Child` processes until somebody asks for the end.

    Args:
        output: gets each line the children print, with the child's name in front.
        watch: called at every turn; keeps up what is not a child, such as the database.

    Inside ``with supervisor.on_duty():`` Ctrl-C and SIGTERM raise `StopRequested`, once; call
    `stop` in a ``finally``. Start children from the main thread only, since they end with the
    thread that started them.
    """

    def __init__(
        self, output: Callable[[str], None] = print, watch: Callable[[], object] | None = None
    ) -> None:
        self.output = output
        self.watch = watch
        self._running: list[_Running] = []
        self._in_a_hurry = False

    def add(self, child: Child) -> None:
        """Start a process and keep it running from now on."""
        running = _Running(child, self.output)
        running.start()
        self._running.append(running)

    def pids(self) -> dict[str, int]:
        """Return the process number of each child that runs."""
        return {r.child.name: r.process.pid for r in self._running if r.process is not None}

    def turn(self) -> None:
        """Look once at everything, and start again what has died."""
        if self.watch is not None:
            self.watch()
        for running in self._running:
            running.look(time.monotonic())

    def run(self) -> None:
        """Take turns until `StopRequested`."""
        while True:
            self.turn()
            time.sleep(0.1)

    @contextmanager
    def on_duty(self) -> Iterator[None]:
        """Turn the signals that ask for the end into `StopRequested`."""
        before = {kind: signal.signal(kind, self._request_stop) for kind in END_SIGNALS}
        try:
            yield
        finally:
            for kind, handler in before.items():
                signal.signal(kind, handler)

    def stop(self) -> None:
        """Stop the children stage by stage: politely, then for certain.

        A further signal meanwhile skips the polite part.
        """
        self._expect_hurry()
        for stage in sorted({running.child.stage for running in self._running}):
            these = [running for running in self._running if running.child.stage == stage]
            for running in these:
                running.ask_to_stop()
            deadline = time.monotonic() + STOP_WITHIN
            while not all(running.has_ended() for running in these):
                if self._in_a_hurry or time.monotonic() > deadline:
                    break
                time.sleep(0.02)
            for running in these:
                running.signal(signal.SIGKILL)
                if running.process is not None:
                    running.process.wait()

    def _request_stop(self, number: int, frame: FrameType | None) -> None:
        self._expect_hurry()
        raise StopRequested

    def _expect_hurry(self) -> None:
        """Let the next signal hurry the end: raising again would cut the clean-up short."""
        for kind in END_SIGNALS:
            signal.signal(kind, self._hurry)

    def _hurry(self, number: int, frame: FrameType | None) -> None:
        self._in_a_hurry = True


def _describe(code: int) -> str:
    """Return an exit code in words."""
    return f"killed by {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"
