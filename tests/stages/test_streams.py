"""Streams: in line with the configuration, due in turn, one a host at a time."""

import threading
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from listener.domain.errors import BudgetSpent, RateLimited, Unavailable
from listener.domain.source import Cursor, Page, StreamKey
from listener.stages import collect
from listener.store.collect import Collecting
from tests.scripted import DAY, HOUR, MINUTE, T0, Bench, ScriptedConnector, post

DUE = "SELECT due_at FROM stream WHERE source = 'feed'"


def test_new_streams_are_due_at_once(bench: Bench) -> None:
    """Nobody waits for the first poll."""
    assert bench.column("SELECT due_at FROM sources") == ["2026-11-25 12:00:00"] * 2


def test_a_stream_that_is_no_longer_configured_is_set_aside(bench: Bench) -> None:
    """It is not asked any more, and says why; what it brought stays."""
    bench.hear(post("1"))
    bench.connectors["feed"].names = ["other"]
    bench.listen_for(*bench.listener.brands.values(), at=T0 + HOUR)
    assert bench.sql("SELECT stream, state, reason FROM sources WHERE source = 'feed'") == [
        {"stream": "main", "state": "removed", "reason": "no longer in the configuration"},
        {"stream": "other", "state": "active", "reason": ""},
    ]
    assert bench.value("SELECT count(*) FROM mentions") == 1


def test_a_source_that_is_no_longer_configured_is_set_aside(bench: Bench) -> None:
    """With all its streams."""
    del bench.connectors["hose"]
    bench.listen_for(*bench.listener.brands.values(), at=T0 + HOUR)
    assert bench.column("SELECT state FROM sources WHERE source = 'hose'") == ["removed"]


def test_a_stream_that_comes_back_goes_on_where_it_was(bench: Bench) -> None:
    """It keeps its cursor and its past."""
    bench.poll(Page(cursor=Cursor("far")))
    for names in ([], ["main"]):
        bench.connectors["feed"].names = names
        bench.listen_for(*bench.listener.brands.values(), at=T0 + HOUR)
    assert bench.sql("SELECT state, cursor, due_at FROM stream WHERE source = 'feed'") == [
        {"state": "active", "cursor": "far", "due_at": "2026-11-25 13:00:00"}
    ]


def test_another_connector_does_not_get_the_cursor_of_the_former(bench: Bench) -> None:
    """A cursor is a connector's own note."""
    bench.poll(Page(cursor=Cursor("far")))
    source = replace(bench.collect._sources["feed"], connector_name="another")
    bench.collect._sources["feed"] = source
    bench.collect.prepare(T0 + HOUR)
    assert bench.sql("SELECT connector, cursor, lane FROM stream WHERE source = 'feed'") == [
        {"connector": "another", "cursor": None, "lane": "another:feed"}
    ]


@pytest.mark.parametrize("refusal", [Unavailable("the list is down"), KeyError("oops")], ids=["down", "broken"])
def test_a_source_that_cannot_name_its_streams_keeps_those_it_has(bench: Bench, refusal: Exception) -> None:
    """A list that cannot be read for once is no reason to hear nothing, nor to die."""
    bench.connectors["feed"].refuses = refusal
    assert bench.collect.prepare(T0 + HOUR) == 1
    assert bench.column("SELECT state FROM sources WHERE stream = 'main'") == ["active", "active"]


def test_a_source_that_cannot_name_its_streams_is_a_blind_spot(bench: Bench) -> None:
    """It stands among the sources with its reason, is no stream that could be asked, and goes when it is well again."""
    feed = bench.connectors["feed"]
    feed.refuses = Unavailable("the list is down")
    bench.collect.prepare(T0 + HOUR)
    bench.collect.prepare(T0 + 2 * HOUR)
    shown = "SELECT since, what, why FROM blind_spots WHERE source = 'feed' AND stream LIKE '(%'"
    assert bench.sql(shown) == [{"since": "2026-11-25 13:00:00", "what": "failing", "why": "the list is down"}]
    assert bench.column("SELECT failures FROM sources WHERE stream LIKE '(%'") == [2]
    bench.collect.make_due(T0 + 3 * HOUR)
    assert {one.key for one in bench.collect._store.due(T0 + 9 * HOUR, 9)} == {"main"}
    assert bench.collect._store.next_due() == T0
    feed.refuses = None
    bench.collect.step(T0 + 3 * HOUR)
    assert bench.column("SELECT stream FROM sources WHERE source = 'feed'") == ["main"]


def test_a_list_is_left_alone_for_as_long_as_its_site_asks(bench: Bench) -> None:
    """At least five minutes, else until the time it named."""
    feed = bench.connectors["feed"]
    feed.names = ["main", "new"]
    feed.refuses = RateLimited("slow down", until=T0 + 5 * HOUR)
    bench.collect.prepare(T0)
    feed.refuses = None
    for hours, streams in ((4, 1), (5, 2)):
        bench.collect.step(T0 + hours * HOUR)
        assert bench.value("SELECT count(*) FROM sources WHERE source = 'feed' AND stream NOT LIKE '(%'") == streams


def test_a_slow_list_holds_up_nobody(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is known already is heard while it is waited for, and what it names once it has answered."""
    monkeypatch.setattr(collect, "PATIENCE", 0.01)
    answered = threading.Event()

    class Slow(ScriptedConnector):
        def streams(self, options: Any, queries: Sequence[str]) -> Iterable[StreamKey]:
            answered.wait(30)
            return super().streams(options, queries)

    bench.connectors = {"feed": Slow(["main", "late"]), "hose": ScriptedConnector(["quick"])}
    heard = "SELECT DISTINCT stream FROM sources WHERE polls > 0 ORDER BY stream"
    with ThreadPoolExecutor(4) as pool:
        line, at = bench.collecting(bench.store), T0
        line._pool = pool
        assert line.prepare(T0) == 0
        while bench.column(heard) != ["main", "quick"]:
            at += timedelta(seconds=2)
            assert line.step(at).due == at < T0 + DAY
        answered.set()
        while bench.column(heard) != ["late", "main", "quick"]:
            at += timedelta(seconds=2)
            assert line.step(at).errors == 0


def test_streams_of_one_host_are_asked_one_after_the_other(bench: Bench) -> None:
    """With a pause between them, and other hosts beside them."""
    names = ["https://a.example/1", "https://a.example/2", "https://b.example/1"]
    bench.connectors = {"feed": ScriptedConnector(names)}
    bench.listen_for()
    first, second = bench.collect.step(T0), bench.collect.step(T0)
    assert (first.done, second.done, second.due) == (2, 0, T0 + timedelta(seconds=1))
    assert bench.collect.step(T0 + timedelta(seconds=1)).done == 1


def test_the_longest_waiting_stream_of_a_host_comes_first(bench: Bench) -> None:
    """No stream is starved by its neighbours."""
    bench.connectors = {"feed": ScriptedConnector(["https://a.example/1", "https://a.example/2"])}
    bench.listen_for()
    order = []
    for second in range(0, 8, 2):
        at = T0 + timedelta(seconds=second)
        (due,) = Collecting(bench.store).due(at, 9)
        order.append(due.key[-1])
        bench.collect.step(at)
        bench.collect.make_due(at + timedelta(seconds=1))
    assert order == ["1", "2", "1", "2"]


def test_a_page_with_more_behind_it_is_followed_at_once(bench: Bench) -> None:
    """A sweep of many pages does not wait for the rhythm."""
    bench.poll(Page(more=True))
    assert bench.column(DUE) == ["2026-11-25 12:00:00"]


def test_a_pause_that_the_platform_asked_for_is_kept(bench: Bench) -> None:
    """Even where everything is made due."""
    bench.poll(Page(wait=7200))
    bench.collect.make_due(T0 + HOUR)
    assert bench.column(DUE) == ["2026-11-25 14:00:00"]
    bench.collect.make_due(T0 + 3 * HOUR)
    assert bench.column(DUE) == ["2026-11-25 14:00:00"]


def test_a_limit_is_kept_until_its_end(bench: Bench) -> None:
    """RateLimited and BudgetSpent name the time."""
    bench.poll(RateLimited("slow down", until=T0 + 5 * HOUR), at=T0)
    assert bench.column(DUE) == ["2026-11-25 17:00:00"]
    bench.poll(BudgetSpent("no money", until=T0 + 2 * DAY), at=T0 + 6 * HOUR)
    bench.collect.make_due(T0 + DAY)
    assert bench.column(DUE) == ["2026-11-27 12:00:00"]


def test_failures_are_counted_and_forgotten_with_the_next_good_poll(bench: Bench) -> None:
    """Each error in a row doubles the pause."""
    for number, minutes in enumerate((0, 60)):
        bench.poll(Unavailable("down"), at=T0 + minutes * MINUTE)
        assert bench.column("SELECT failures FROM sources WHERE source = 'feed'") == [number + 1]
    assert bench.column(DUE) == ["2026-11-25 13:30:00"]
    bench.poll(Page(), at=T0 + 2 * HOUR)
    assert bench.sql("SELECT failures, error FROM sources WHERE source = 'feed'") == [{"failures": 0, "error": ""}]


def test_the_idle_stage_says_when_it_is_due_again(bench: Bench) -> None:
    """So that a daemon can sleep until then."""
    bench.collect.step(T0)
    idle = bench.collect.step(T0 + MINUTE)
    assert (idle.done, idle.due) == (0, T0 + 21 * MINUTE)
