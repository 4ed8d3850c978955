"""``listener measure``: how right the judge is, on labelled texts."""

import math
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from listener.cli.context import Json, judge_for
from listener.cli.progress import progress

if TYPE_CHECKING:
    from listener.domain.judgement import Judge
    from models.measure import Report

FIGURES = ("head", "n", "macro_recall", "macro_f1", "f1_of_ones", "calibration_error", "missing", "abstained")


def measure(
    ctx: typer.Context,
    what: Annotated[str, typer.Argument(help="A set's name or a JSONL file; none: every set there is.")] = "",
    *,
    data: Annotated[Path | None, typer.Option("--data", help="Folder of the labelled sets.")] = None,
    json_: Json = False,
) -> None:
    """Measure the judge on labelled texts: macro recall, macro F1, calibration error, share abstained from."""
    from listener.cli.output import as_json, as_table

    judge, _ = judge_for(ctx)
    reports = list(_reports(judge, what, data))
    if json_:
        as_json([report.as_json() for report in reports])
        return
    rows = [
        [report.set, *(_cell(getattr(one, name)) for name in FIGURES)] for report in reports for one in report.figures
    ]
    as_table(("set", *FIGURES), rows)


def _cell(value: str | float) -> str:
    """Three digits, as the model card has them: with two, 0.877 would pass for 0.88."""
    if isinstance(value, float):
        return "-" if math.isnan(value) else f"{value:.3f}"
    return str(value)


def _reports(judge: "Judge", what: str, data: Path | None) -> "Iterator[Report]":
    from listener.domain.errors import ConfigError
    from models.measure import Unlabelled
    from models.measure import measure as measured

    if what:
        yield measured(judge, what, data)
        return
    names = sorted(path.parent.name for path in data.glob("*/dev.jsonl")) if data else []
    if not names:
        raise ConfigError("Nothing to measure on: name a JSONL file, or a folder of labelled sets with --data.")
    with progress() as report:
        for name in names:
            report(name, 1)
            # a set for heads that this judge does not have is passed over
            with suppress(Unlabelled):
                yield measured(judge, name, data)
