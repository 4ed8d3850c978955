"""Measure the language detector on training texts: ``python -m models.train.languages --data DIR``.

The prior and the thresholds of ``models/language.py`` were set by this table. The posts of ``umsab_multi`` were
collected by a language setting, so some of its "foreign" posts are English or mixed; that bounds its last column.
"""

import argparse
import json
from collections.abc import Iterator
from pathlib import Path

from models.language import FAVOURED, UNCLEAR, detect

ENGLISH = ("semeval17_sentiment", "complaints2019", "tweeteval_emotion")
OTHER = ("umsab_multi", "germeval2017")
LATIN_HINDI = "hi"
"""Hindi in Latin letters, mixed with English: neither a right answer nor a wrong one."""
TEXTS = 1500
"""Of each set, from its start."""


def main() -> None:
    """Print what becomes of English and of other texts, whole and cut short."""
    parser = argparse.ArgumentParser(prog="python -m models.train.languages", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the labelled sets")
    data = parser.parse_args().data
    english = [text for name in ENGLISH for text, _ in _texts(data / name)]
    other = [text for name in OTHER for text, language in _texts(data / name) if language != LATIN_HINDI]
    print("| texts | characters | n | judged as English | unclear | named as another |\n|---|--:|--:|--:|--:|--:|")
    for name, texts in (("English", english), ("other", other)):
        for longest in (20, 40, 1000):
            codes = [detect(text[:longest]).code for text in texts]
            judged = sum(code in FAVOURED for code in codes) / len(codes)
            unclear = codes.count(UNCLEAR) / len(codes)
            print(f"| {name} | {longest} | {len(codes)} | {judged:.3f} | {unclear:.3f} | {1 - judged - unclear:.3f} |")


def _texts(folder: Path) -> Iterator[tuple[str, str]]:
    with (folder / "train.jsonl").open(encoding="utf-8") as lines:
        for line in list(lines)[: TEXTS if folder.name in ENGLISH else None]:
            row = json.loads(line)
            yield row["text"], row.get("lang", "")


if __name__ == "__main__":
    main()
