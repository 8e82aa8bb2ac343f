"""Work shared among processes: handed out ahead of its turn, taken back in order. Used by `convert` and `load`.

Reading and writing letters is Python's own work, and one Python process uses one core.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from types import TracebackType
from typing import Any, Final, Generic, TypeVar

from labbro.errors import Unavailable

Job = TypeVar("Job")
Task = TypeVar("Task")
Result = TypeVar("Result")

MOST_WORKERS: Final = 16
# So many tasks are out for each process: one in hand, one waiting, so that none is idle while results are taken.
AHEAD: Final = 2


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def collect_seldom() -> None:
    """Makes the garbage collector rare in a process that reads many letters: they hold no cycles."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 100)


class Workers(Generic[Job, Task, Result]):
    """Processes that all do one job; with one worker, this process does it. Use it as a context.

    `work` is a function of a module: it gets the job and a task. The processes are forked when the context begins,
    before this process has any thread. `died`: what is told when one of them is killed.
    """

    def __init__(
        self,
        size: int,
        work: Callable[[Job, Task], Result],
        job: Job,
        died: str = "A working process died; run the command again.",
    ) -> None:
        self.size = min(size, MOST_WORKERS)
        self._work, self._job, self._died = work, job, died
        self._pool: ProcessPoolExecutor | None = None

    def __enter__(self) -> Workers[Job, Task, Result]:
        collect_seldom()
        if self.size > 1:
            method = "fork" if "fork" in multiprocessing.get_all_start_methods() else "spawn"
            context = multiprocessing.get_context(method)
            begin = (self._work, self._job, os.getpid())
            self._pool = ProcessPoolExecutor(self.size, context, initializer=_begin, initargs=begin)
            self._pool.submit(os.getpid).result()  # starts them all, now
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """What is in hand is finished, the rest dropped, the processes ended. May be said again."""
        if self._pool is not None:
            self._pool.shutdown(wait=True, cancel_futures=True)

    def submit(self, task: Task) -> Future[Result]:
        """Hands a task to the processes; the future is for `taken`. Inside the context, with two workers or more."""
        assert self._pool is not None
        return self._pool.submit(_do, task)

    def taken(self, future: Future[Result]) -> Result:
        """What came of a task. Raises Unavailable where its process died."""
        try:
            return future.result()
        except BrokenProcessPool:
            raise Unavailable(self._died) from None

    def do(self, task: Task) -> Result:
        """One task, in this process."""
        return self._work(self._job, task)

    def in_order(self, tasks: Iterable[Task], here: Callable[[Task], bool]) -> Iterator[Result]:
        """The results of all tasks, in their order. Tasks that must be done `here` wait for those before them."""
        waiting: deque[Future[Result]] = deque()
        for task in tasks:
            if self._pool is None or here(task):
                while waiting:
                    yield self.taken(waiting.popleft())
                yield self.do(task)
                continue
            waiting.append(self.submit(task))
            if len(waiting) > AHEAD * self.size:
                yield self.taken(waiting.popleft())
        while waiting:
            yield self.taken(waiting.popleft())


_work: Callable[[Any, Any], Any] | None = None
_job: Any = None


def _begin(work: Callable[[Any, Any], Any], job: Any, parent: int) -> None:
    global _work, _job
    _work, _job = work, job
    collect_seldom()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides when to stop
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with, args=(parent,), name="end-with-parent", daemon=True).start()


def _end_with(parent: int) -> None:
    """A worker whose parent was killed would wait for work for ever."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(1)


def _do(task: Any) -> Any:
    assert _work is not None
    return _work(_job, task)
