"""Work in pieces on this machine."""

from dataclasses import dataclass

from threadpoolctl import threadpool_info

from forecasting.core.parallel import spread


@dataclass(frozen=True)
class Threads:
    """Tells how many threads the linear algebra has where the work is done."""

    def __call__(self, _chunk: int) -> list[int]:
        return [library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"]


def test_linear_algebra_has_one_thread_in_each_piece() -> None:
    for found in spread(Threads(), (1, 2), jobs=1):
        assert found
        assert set(found) == {1}
