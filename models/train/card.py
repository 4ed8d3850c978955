"""Write the figures of the weights into the model card, so that no hand copies a number."""

import math
import re
from collections.abc import Iterable
from pathlib import Path

from models.measure import Figures, Report

CARD = Path(__file__).parents[1] / "MODEL_CARD.md"
_TABLE = re.compile(r"(?<=<!-- figures -->\n).*?(?=<!-- end of figures -->)", re.DOTALL)
_HEADING = """\
| set (dev) | head | n | macro recall | macro F1 | F1 of yes | calibration error | missing | abstained |
|---|---|--:|--:|--:|--:|--:|--:|--:|
"""


def update_card(reports: Iterable[Report], card: Path = CARD) -> None:
    """Replace the table of figures; raises ValueError if the card has no place for it."""
    rows = "".join(_row(report.set, one) for report in reports for one in report.figures)
    text, places = _TABLE.subn(lambda _: _HEADING + rows, card.read_text(encoding="utf-8"))
    if places != 1:
        message = f"{card} needs one pair of figure marks, it has {places}"
        raise ValueError(message)
    card.write_text(text, encoding="utf-8")


def _row(name: str, one: Figures) -> str:
    figures = (one.macro_recall, one.macro_f1, one.f1_of_ones, one.calibration_error, one.missing, one.abstained)
    cells = ("-" if math.isnan(value) else f"{value:.3f}" for value in figures)
    return f"| {name} | {one.head} | {one.n} | {' | '.join(cells)} |\n"
