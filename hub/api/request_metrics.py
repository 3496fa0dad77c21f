"""The figures of HTTP requests for `/metrics`; counted in plain numbers, since every request pays for it."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

BOUNDS_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0)
"""Upper bounds of the classes of times; what takes longer is counted in one more class."""
Kind = tuple[str, str, int]
"""Method, route's pattern and status: few of each, so what is kept is bounded."""


class _Times:
    """How often a kind of request took how long."""

    __slots__ = ("counts", "seconds")

    def __init__(self) -> None:
        self.counts = [0] * (len(BOUNDS_S) + 1)
        self.seconds = 0.0


class RequestMetrics(Collector):
    """Counts requests by method, route and status, and shows how long those of a route take."""

    def __init__(self) -> None:
        """Begin at nothing."""
        self._kept: dict[Kind, _Times] = {}

    def count(self, kind: Kind, took_s: float) -> None:
        """Count a request that was answered."""
        times = self._kept.get(kind)
        if times is None:
            times = self._kept[kind] = _Times()
        times.counts[bisect_left(BOUNDS_S, took_s)] += 1
        times.seconds += took_s

    def collect(self) -> Iterator[Metric]:
        """Return the figures of now.

        Called beside the loop: what may grow meanwhile is copied before it is walked over.
        """
        requests = CounterMetricFamily(
            "huike_http_requests", "Requests by method, route and status.", labels=["method", "route", "status"]
        )
        routes: dict[str, _Times] = {}
        for (method, route, status), times in sorted(dict(self._kept).items()):
            counts = tuple(times.counts)
            requests.add_metric([method, route, str(status)], sum(counts))
            whole = routes.setdefault(route, _Times())
            whole.counts = [one + more for one, more in zip(whole.counts, counts, strict=True)]
            whole.seconds += times.seconds
        yield requests
        seconds = HistogramMetricFamily(
            "huike_http_request_seconds", "Time from the request's head to its answer.", labels=["route"]
        )
        bounds = [*map(str, BOUNDS_S), "+Inf"]
        for route, whole in routes.items():
            buckets = list(zip(bounds, accumulate(whole.counts), strict=True))
            seconds.add_metric([route], buckets, whole.seconds)
        yield seconds
