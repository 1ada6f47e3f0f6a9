"""Many pieces of work at once: on the cores of this machine or of a cluster; what was found before is not done again."""

import re
import socket
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar

from forecasting.core.checkpoint import kept, recalled, remembering
from forecasting.core.digest import digest_of
from forecasting.core.errors import InputError

PATIENCE = 10.0  # seconds for a scheduler, or its first worker, to answer
_AHEAD = 4  # chunks for each core of a cluster, so that a core that is lost, or slow, costs little
_ADDRESS = re.compile(r"(?:tcp|tls)://(?P<host>\[[0-9a-fA-F:]+\]|[^/:\s]+):(?P<port>\d{1,5})/?")
_client: ContextVar[Any] = ContextVar("client", default=None)
C = TypeVar("C")
R = TypeVar("R")


@contextmanager
def on_cluster(address: str) -> Iterator[None]:
    """Inside the block, `spread` works on the Dask cluster of a scheduler, given as tcp://HOST:PORT.

    Raises InputError when Dask is not installed, the scheduler does not answer within ten seconds, or it has no workers.
    """
    client = _connected(address)
    token = _client.set(client)
    try:
        _check_workers(client, address)
        yield
    finally:
        _client.reset(token)
        client.close()


def spread(work: Callable[[C], R], chunks: Sequence[C], jobs: int, *, worthwhile: int = 1) -> Iterator[R]:
    """`work(chunk)` for each chunk, in their order, on `jobs` cores (-1 is all of them) with one thread each.

    There are at least `worthwhile` chunks for each process, because starting one costs time. `work` must say by its fields what
    it does (a dataclass), so that its results can be remembered.
    """
    keys = [digest_of((type(work).__module__, work, chunk)) if remembering() else "" for chunk in chunks]
    found = {number: result for number, key in enumerate(keys) if (result := recalled(key)) is not None}
    missing = [chunk for number, chunk in enumerate(chunks) if number not in found]
    fresh = _computed(work, missing, jobs, worthwhile)
    for number, key in enumerate(keys):
        if number in found:
            yield found.pop(number)
        else:
            result = next(fresh)
            kept(key, result)
            yield result


def one_thread() -> AbstractContextManager[object]:
    """Inside the block, linear algebra works with one thread.

    On matrices as small as those of one series, threads only wait for each other: ARIMA takes three times the processor time
    with them, and ten times as long beside other work.
    """
    import scipy.linalg  # noqa: F401 - has a library of its own, which would keep its threads if it were loaded inside
    from threadpoolctl import threadpool_limits

    return threadpool_limits(1, "blas")  # type: ignore[no-any-return]


def chunk_size(usual: int, count: int) -> int:
    """How many series make a chunk: the usual number, fewer where a cluster would otherwise have idle cores."""
    client = _client.get()
    if client is None:
        return usual
    cores = max(sum(client.ncores().values()), 1)
    return max(1, min(usual, -(-count // (_AHEAD * cores))))


def _computed(work: Callable[[C], R], chunks: Sequence[C], jobs: int, worthwhile: int) -> Iterator[R]:
    from joblib import Parallel, delayed, effective_n_jobs, parallel_config

    if not chunks:
        return
    client = _client.get()
    at_once = -1 if client is not None else max(1, min(effective_n_jobs(jobs), len(chunks) // worthwhile))
    if client is not None:
        config = parallel_config(backend="dask", client=client)
    else:
        config = parallel_config(
            backend="loky" if at_once > 1 else "sequential", inner_max_num_threads=1 if at_once > 1 else None
        )
    with config:
        yield from Parallel(n_jobs=at_once, return_as="generator")(delayed(_one)((work, chunk)) for chunk in chunks)


def _one(both: tuple[Callable[[C], R], C]) -> R:
    """The work and its chunk travel in one tuple: Dask keeps single arrays on one worker only, where they are lost with it."""
    work, chunk = both
    with one_thread():
        return work(chunk)


def _connected(address: str) -> Any:
    try:
        from distributed import Client
    except ImportError:
        raise InputError(
            "Working on a cluster needs Dask, which is not installed here; install it with pip install 'shelfcast[cluster]'."
        ) from None
    try:
        _knock(address)
        return Client(address, timeout=PATIENCE, set_as_default=False)  # type: ignore[no-untyped-call]
    except (OSError, ValueError, TimeoutError):
        raise InputError(
            f"No scheduler answers at '{address}' within {PATIENCE:.0f} seconds; start one with 'dask scheduler' and give its "
            "address as tcp://HOST:PORT."
        ) from None


def _knock(address: str) -> None:
    """Open a connection and close it: a client that cannot connect leaves its threads behind. Raises OSError, ValueError."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        raise ValueError(address)
    socket.create_connection((found["host"].strip("[]"), int(found["port"])), timeout=PATIENCE).close()


def _check_workers(client: Any, address: str) -> None:
    try:
        client.wait_for_workers(1, timeout=PATIENCE)
    except (OSError, TimeoutError):
        raise InputError(
            f"The scheduler at '{address}' has no workers; start some with 'dask worker {address}', Shelfcast installed beside."
        ) from None
