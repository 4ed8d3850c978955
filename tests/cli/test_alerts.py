"""``listener alerts show``: why somebody was told."""

import re
from datetime import UTC, datetime

from tests.cli.conftest import Listener
from tests.line.place import EVERYTHING, Place


def test_an_alert_says_why(place: Place, listener: Listener) -> None:
    """Rule, version, settings, matched words, scores, model, numbers, deliveries; nothing unseen."""
    place.configure(f"{EVERYTHING}min_reach = 10\n")
    place.clock.at = datetime.now(UTC)
    place.post(f"{'So much to say. ' * 100}I hate acme, my parcel is lost.\nWorst service. \u202egnp.exe", reach=12)
    assert listener("run", "--until-idle").code == 0
    said = listener("alerts", "show", "1").out
    for wanted in (
        r"1 event, 1 message, 0 held back",
        r"rule every version [0-9a-f]{12}, key Acme",
        r"channels log .* type mention",
        r"with reach 12 \(at least 10\)",
        r"\| … .*I hate »acme«, my parcel is lost\. Worst service\.",
        r"negative 0\.\d\d .* complaint 0\.\d\d .* language en  model \S+",
        r"p_complaint 0\.\d+",
        r"message 1 on log: sent after 1 try 20",
    ):
        assert re.search(wanted, said), wanted
    assert "\u202e" not in said
