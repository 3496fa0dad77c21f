"""The router's figures for `/metrics`; read from the service when they are asked for, never kept twice."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from hub.services.router_figures import BOUNDS_S, RouterFigures


class RouterMetrics(Collector):
    """Shows decisions, refused writes, the queue's length and how long decisions take."""

    def __init__(self, figures: RouterFigures) -> None:
        """Read these figures."""
        self._figures = figures

    def collect(self) -> Iterator[Metric]:
        """Return the figures of now; the queue's length only where this process routes.

        Called beside the loop: what may grow meanwhile is copied before it is walked over.
        """
        figures = self._figures
        decisions = CounterMetricFamily("huike_routing_decisions", "Decisions of the router.", labels=["decision"])
        for name, count in sorted(dict(figures.decisions).items()):
            decisions.add_metric([name], count)
        yield decisions
        refusals = CounterMetricFamily(
            "huike_routing_refused_writes", "Decisions that could not be written.", labels=["reason"]
        )
        for name, count in sorted(dict(figures.refusals).items()):
            refusals.add_metric([name], count)
        yield refusals
        bounds = [*(str(bound) for bound in BOUNDS_S), "+Inf"]
        yield HistogramMetricFamily(
            "huike_routing_decision_seconds",
            "Time that the router takes for one event with all that follows from it.",
            buckets=list(zip(bounds, accumulate(tuple(figures.times)), strict=True)),
            sum_value=figures.seconds,
        )
        if figures.waiting is not None:
            yield GaugeMetricFamily("huike_routing_waiting", "Sessions that wait in the router.", value=figures.waiting)
