"""What is asked again and again costs no more in a full store than in an empty one."""

import itertools
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

import pytest
from sqlalchemy import event

from listener.domain.rules.frequency import FrequencyRule
from listener.domain.source import Removal, Removed
from listener.stages import evidence
from listener.stages.rematch import rematch
from listener.store import evaluate
from tests.scripted import DAY, HOUR, MINUTE, T0, Bench, drain, every_mention, opened, post

WAVE = FrequencyRule.model_validate(
    {"name": "wave", "channels": ("ops",), "cooldown": "0 s", "count": 2, "within": "1 h"}
)
BIG = {"post", "mention", "judgement", "decision", "alert", "alert_event", "delivery", "delivery_event", "author"}
BIG |= {"story", "story_band", "thread", "thread_state", "tombstone", "label", "coverage"}


def plans(bench: Bench) -> dict[str, list[str]]:
    """Collect SQLite's plan of every statement that is run from now on."""
    found: dict[str, list[str]] = {}

    def explain(connection: object, cursor: object, statement: str, parameters: Any, _: object, many: bool) -> None:  # noqa: FBT001 - SQLAlchemy's shape
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            asked = connection.connection.cursor()  # type: ignore[attr-defined]
            asked.execute(f"EXPLAIN QUERY PLAN {statement}", parameters[0] if many else parameters)
            found[statement] = [row[3] for row in asked]

    for engine in (bench.store._writer, bench.store._reader):
        event.listen(engine, "before_cursor_execute", explain)
    return found


def test_no_stage_reads_a_whole_table(bench: Bench) -> None:
    """Neither when it looks for work nor when it writes; a partial index holds only what waits."""
    found = plans(bench)
    bench.follow(every_mention(), WAVE)
    bench.tell(*(post(str(number), f"acme is broken {number}", by=f"author {number}") for number in range(3)))
    bench.tell(post("1", "acme is edited", by="author 1"), at=T0 + HOUR)
    bench.hear(at=T0 + 2 * HOUR, removals=[Removal("forum", Removed.DELETED, post_id="2")])
    rematch(bench.store, bench.listener, None, T0 + 3 * HOUR)
    bench.tidy._keep = DAY
    drain(bench.tidy, T0 + 40 * DAY)
    whole = {f"SCAN {table}" for table in BIG}
    assert len(found) > 40
    assert [statement for statement, plan in found.items() if whole.intersection(plan)] == []


def test_tombstones_are_looked_up_one_by_one(bench: Bench) -> None:
    """A platform may have a million of them, and every poll asks."""
    found = plans(bench)
    bench.hear(post("1"))
    asked = [line for statement, plan in found.items() if "FROM tombstone" in statement for line in plan]
    searches = [line for line in asked if line.startswith("SEARCH")]
    assert searches
    assert all("post_id=? AND author_id=?" in line for line in searches)


def flooded(bench: Bench, size: int) -> None:
    """Let ``size`` mentions more stand that met the rule within the hour and are told of, each by somebody else."""
    named = "SELECT name FROM pragma_table_info(?) WHERE name <> 'id'"
    tables = ("post", "mention", "decision", "alert_event")
    columns = {table: bench.column(named, table) for table in tables}
    numbers = "WITH RECURSIVE n(x) AS (SELECT 1001 UNION ALL SELECT x + 1 FROM n WHERE x < 1000 + ?)"
    changed = {
        "post": {"native_id": "'x' || x", "author_id": "NULL"},
        "mention": {"post_id": "x"},
        "decision": {"mention_id": "x", "watermark": "x", "author": "'author ' || x"},
        "alert_event": {"mention_id": "x", "decision_id": "x"},
    }
    with bench.store.write() as db:
        for table, names in columns.items():
            picked = ", ".join(changed[table].get(name, name) for name in names)
            db.exec_driver_sql(
                f"{numbers} INSERT INTO {table} (id, {', '.join(names)}) "  # noqa: S608
                f"SELECT x, {picked} FROM {table}, n WHERE {table}.id = 1",
                (size,),
            )


def steps(bench: Bench, work: Callable[[], object]) -> int:
    """Count the steps of SQLite's machine, by the hundred, that some work takes."""
    ticks = itertools.count()

    def tick() -> bool:
        return next(ticks) < 0

    with ExitStack() as stack:
        for way in (bench.store.read, bench.store.write):
            connection = stack.enter_context(way()).connection.driver_connection
            connection.set_progress_handler(tick, 100)  # type: ignore[union-attr]
    work()
    return next(ticks)


def evaluating_one_more(bench: Bench, size: int) -> int:
    """Count what it costs to evaluate one mention at the end of a flood."""
    bench.follow(WAVE)
    bench.tell(post("a"), post("b", by="bob"))
    flooded(bench, size)
    bench.hear(post("c", "acme is broken for me too", by="eve", created_at=T0 + MINUTE), at=T0 + HOUR)
    drain(bench.assess, T0 + HOUR)
    cost = steps(bench, lambda: bench.evaluate.step(T0 + HOUR))
    assert bench.column("SELECT count(*) FROM alert_event WHERE decision_id IS NOT NULL") == [size + 3]
    return cost


def test_a_mention_in_a_flood_costs_no_more_than_the_first(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Four times as many before it are not read four times as long."""
    costs = []
    for size in (1_000, 4_000):
        with opened(tmp_path_factory.mktemp("flood")) as bench:
            costs.append(evaluating_one_more(bench, size))
    assert costs[1] < 1.2 * costs[0]


def test_a_rule_that_asks_for_more_sees_more(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bound never keeps a wave from being one."""
    monkeypatch.setattr(evidence, "NEAREST", 2)
    bench.follow(WAVE.model_copy(update={"count": 6}))
    for at in range(6):
        bench.tell(post(str(at), f"acme {at}", created_at=T0 + at * MINUTE), at=T0 + (1 + at) * HOUR)
    assert bench.sql("SELECT events FROM alerts") == [{"events": 6}]


def test_of_a_flood_the_nearest_on_either_side_are_evidence(bench: Bench) -> None:
    """They are the ones that can share a window with the mention."""
    bench.follow(WAVE)
    bench.tell(*(post(str(at), f"acme {at}", created_at=T0 + at * MINUTE) for at in range(10)), at=T0 + HOUR)
    found = evaluate.Evaluating(bench.store).evidence(WAVE, "Acme", T0, T0 + 10 * MINUTE, most=2)
    assert [(one.posted_at - T0) // MINUTE for one in found] == [4, 5, 6, 7]


def test_a_wave_that_comes_at_once_is_looked_up_once(bench: Bench) -> None:
    """Not for each of its mentions: the last would cost more than all before it."""
    asked: list[str] = []
    bench.follow(WAVE.model_copy(update={"count": 3}))
    bench.hear(*(post(str(at), f"acme {at}", by=f"author {at}", created_at=T0 + at * MINUTE) for at in range(40)))
    drain(bench.assess, T0 + HOUR)
    event.listen(bench.store._reader, "before_cursor_execute", lambda *said: asked.append(said[2]))
    drain(bench.evaluate, T0 + HOUR)
    assert len([statement for statement in asked if "FROM decision" in statement]) == 2
    assert bench.column("SELECT count(*) FROM decision WHERE fires") == [38]
