"""The figures of requests: what is counted under which name, and which requests are counted but not logged."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, generate_latest

from hub.api.request_metrics import RequestMetrics
from tests.unit.api.world import World

BOTS = "/api/v1/bots"


def _told(metrics: RequestMetrics) -> list[str]:
    registry = CollectorRegistry()
    registry.register(metrics)
    return generate_latest(registry).decode().splitlines()


def test_requests_are_counted_by_method_route_and_status() -> None:
    metrics = RequestMetrics()
    for status in (200, 200, 404):
        metrics.count(("GET", BOTS, status), 0.001)
    metrics.count(("POST", BOTS, 200), 0.001)
    told = _told(metrics)
    assert f'huike_http_requests_total{{method="GET",route="{BOTS}",status="200"}} 2.0' in told
    assert f'huike_http_requests_total{{method="GET",route="{BOTS}",status="404"}} 1.0' in told
    assert f'huike_http_requests_total{{method="POST",route="{BOTS}",status="200"}} 1.0' in told


def test_times_of_a_route_are_told_whatever_its_method_and_status() -> None:
    metrics = RequestMetrics()
    for kind, took_s in ((("GET", BOTS, 200), 0.002), (("POST", BOTS, 500), 0.25), (("GET", BOTS, 404), 60.0)):
        metrics.count(kind, took_s)
    metrics.count(("GET", "/readyz", 200), 0.001)
    told = _told(metrics)
    classes = {"0.002": 1.0, "0.2": 1.0, "0.5": 2.0, "5.0": 2.0, "+Inf": 3.0}
    for bound, count in classes.items():
        assert f'huike_http_request_seconds_bucket{{le="{bound}",route="{BOTS}"}} {count}' in told
    assert f'huike_http_request_seconds_count{{route="{BOTS}"}} 3.0' in told
    assert f'huike_http_request_seconds_sum{{route="{BOTS}"}} 60.252' in told


async def test_what_programs_ask_many_times_a_second_is_counted_and_not_logged(staffed: World) -> None:
    staffed.log.clear()
    assert (await staffed.call("POST", "/bots/x/parse", {"text": "hi"}, as_="trainer"))[0] == 404
    assert [entry["event"] for entry in staffed.log] == []
    figures = await (await staffed.send("GET", "/metrics")).text()
    assert 'huike_http_requests_total{method="POST",route="/api/v1/bots/{id}/parse",status="404"} 1.0' in figures
