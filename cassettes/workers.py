"""Processes that do at length what would hold up everybody here: a regular expression over a large text keeps Python's
lock for as long as it runs, on whatever thread.

A worker is a fresh interpreter that imports one module and calls its `serve` with a channel; nothing of the program
that started it is run again in it, and it ends when that does, however it ends. What goes through a channel are
pickles between a process and its own child; open files go along. It is started when it is needed for the first time.
"""

from __future__ import annotations

import importlib
import os
import pickle
import select
import signal
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from cloudtape.cassettes.files.private import OPEN_FILES

HEAD = struct.Struct("!QB")
MOST_FILES = 8
NICE = 5
"""Whoever asks for something small comes first."""
BOOT = """
import sys
name, fd, *sys.path = sys.argv[1:]
from cloudtape.cassettes.workers import begin
begin(name, int(fd))
"""


class WorkerGone(Exception):
    """It ended; the text says why, of a process."""


def are_possible() -> bool:
    """Whether a process can be handed open files as we hand them, and Python says where it is itself."""
    return OPEN_FILES.is_dir() and bool(sys.executable)


class Channel:
    """Messages in both directions, each with some open files."""

    def __init__(self, peer: socket.socket) -> None:
        self._peer = peer

    def send(self, message: Any, files: Sequence[int] = ()) -> None:
        """Raises WorkerGone."""
        data = pickle.dumps(message)
        try:
            socket.send_fds(self._peer, [HEAD.pack(len(data), len(files))], list(files))
            self._peer.sendall(data)
        except OSError as error:
            raise WorkerGone(str(error)) from error

    def receive(self) -> tuple[Any, list[int]]:
        """Raises WorkerGone."""
        files: list[int] = []
        try:
            head, files, _, _ = socket.recv_fds(self._peer, HEAD.size, MOST_FILES)
            size, count = HEAD.unpack(head + self._exactly(HEAD.size - len(head)))
            data = self._exactly(size)
            if count != len(files):
                raise OSError("files are missing")
            return pickle.loads(data), files  # noqa: S301 - of our own process
        except (OSError, EOFError) as error:
            for fd in files:
                os.close(fd)
            raise WorkerGone(str(error)) from error

    def _exactly(self, size: int) -> bytearray:
        data = bytearray(size)
        view, got = memoryview(data), 0
        while got < size:
            if not (read := self._peer.recv_into(view[got:])):
                raise EOFError
            got += read
        return data

    def close(self) -> None:
        self._peer.close()


class Worker:
    """A process that runs `serve` of a module."""

    def __init__(self, module: str) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - ourselves
                [sys.executable, "-P", "-c", BOOT, module, str(theirs.fileno()), *sys.path],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                process_group=0,
            )
        self.channel = Channel(ours)

    def end(self) -> str:
        """How it has ended."""
        self._process.kill()
        code = self._process.wait()
        self.channel.close()
        return "took too long" if code == -signal.SIGVTALRM else "ended"


class Workers:
    """At most so many processes as tasks at a time; they stay for the next ones."""

    def __init__(self, module: str, begin: Callable[[Channel], None] | None = None) -> None:
        self._module, self._begin = module, begin
        self._idle: list[Worker] = []
        self._all: set[Worker] = set()
        self._lock = threading.Lock()
        self._closed = False

    @contextmanager
    def one(self) -> Iterator[Channel]:
        """The channel to one that nobody else talks to. Whoever leaves the block by an error ends it."""
        with self._lock:
            if self._closed:
                raise WorkerGone("ended")
            worker = self._idle.pop() if self._idle else None
        if worker is None:
            worker = self._started()
        try:
            yield worker.channel
        except BaseException as error:
            with self._lock:
                self._all.discard(worker)
            why = worker.end()
            if isinstance(error, WorkerGone):
                raise WorkerGone(why) from None
            raise
        with self._lock:
            if not self._closed:
                self._idle.append(worker)

    def _started(self) -> Worker:
        worker = Worker(self._module)
        with self._lock:
            if self._closed:
                worker.end()
                raise WorkerGone("ended")
            self._all.add(worker)
        if self._begin:
            self._begin(worker.channel)
        return worker

    def close(self) -> None:
        """End them all, whatever they do."""
        with self._lock:
            self._closed = True
            ending, self._all = self._all, set()
        for worker in ending:
            worker.end()


def allow(seconds: float) -> None:
    """End this process if it works for longer than so until it is allowed more."""
    signal.setitimer(signal.ITIMER_VIRTUAL, seconds)


def begin(module: str, fd: int) -> None:
    """What a worker runs."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    os.nice(NICE)
    peer = socket.socket(fileno=fd)
    threading.Thread(target=_end_with, args=(peer,), daemon=True).start()
    with suppress(WorkerGone):
        importlib.import_module(module).serve(Channel(peer))


def _end_with(peer: socket.socket) -> None:
    """End as soon as the other side has, also amid work."""
    poll = select.poll()
    poll.register(peer, select.POLLHUP)
    poll.poll()
    os._exit(0)
