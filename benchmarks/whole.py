"""The whole process beside the script that people write (``peers/script.py``): the same feeds, words, texts, mails.

Both start cold, read every recorded feed from the same server, judge the entries that name one of the words, mail each
of them to the same mail server, and end. The product mails a story once that several entries tell, and an entry that
names two brands for each. The script judges an entry's title and summary with a network of the same size; the product
besides keeps all of it in its store, in order to be asked and not to tell anything twice.
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import feedparser

from benchmarks import command, material
from benchmarks.processes import LISTENER, Run, timed
from benchmarks.servers import files
from listener.demo.postbox import Postbox
from listener.demo.serving import serving

WORDS = ("Linux", "Google", "Apple", "Trump", "Ukraine")
PEERS = "benchmarks.peers"


@dataclass(frozen=True)
class Figures:
    """Side by side. ``per_second``: entries of all feeds, by the clock, from the start of the process to its end."""

    entries: int
    listener_seconds: float
    listener_cpu: float
    listener_per_second: float
    listener_mb: float
    listener_mails: int
    script_seconds: float
    script_cpu: float
    script_per_second: float
    script_mb: float
    script_mails: int
    of_script: float


def main() -> None:
    """Measure and print."""
    parser = command.parser("whole", "The product beside a script of feedparser, transformers.pipeline and smtplib.")
    parser.add_argument("--checkpoint", type=Path, help="folder with the network.pt of the weights that ship")
    asked = parser.parse_args()
    command.say("whole", measure(material.feeds(asked.fixtures), asked.checkpoint, asked.folder), asked)


def measure(read: Sequence[Path], checkpoint: Path | None, within: Path) -> Figures:
    """Run the one and then the other."""
    entries = sum(len(feedparser.parse(path.read_bytes()).entries) for path in read)
    with command.workplace(within) as folder, files(read[0].parent) as base:
        urls = list(material.addresses(base, read))
        ours, our_mails = _listener(folder, urls)
        theirs, their_mails = _script(folder, urls, checkpoint)
    return Figures(
        entries=entries,
        listener_seconds=round(ours.seconds, 1),
        listener_cpu=round(ours.cpu, 1),
        listener_per_second=round(entries / ours.seconds, 1),
        listener_mb=round(ours.peak_mb),
        listener_mails=our_mails,
        script_seconds=round(theirs.seconds, 1),
        script_cpu=round(theirs.cpu, 1),
        script_per_second=round(entries / theirs.seconds, 1),
        script_mb=round(theirs.peak_mb),
        script_mails=their_mails,
        of_script=round(theirs.seconds / ours.seconds, 2),
    )


def _listener(folder: Path, urls: Sequence[str]) -> tuple[Run, int]:
    with serving(Postbox()) as postbox:
        text = material.listening(urls) + material.mailing(postbox.port, per="story") + material.brands(WORDS)
        (folder / "config.toml").write_text(text, encoding="utf-8")
        run = timed([*LISTENER, "run", "--until-idle", "--alert-history"], folder)
        return run, len(postbox.taken)


def _script(folder: Path, urls: Sequence[str], checkpoint: Path | None) -> tuple[Run, int]:
    (folder / "feeds.txt").write_text("\n".join(urls), encoding="utf-8")
    given = ["--checkpoint", str(checkpoint.resolve())] if checkpoint else []
    timed([sys.executable, "-m", f"{PEERS}.weights", "model", *given], folder)
    with serving(Postbox()) as postbox:
        run = timed([sys.executable, "-m", f"{PEERS}.script", "feeds.txt", "model", str(postbox.port), *WORDS], folder)
        return run, len(postbox.taken)


if __name__ == "__main__":
    main()
