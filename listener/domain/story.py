"""Stories: telling when two texts are one and the same, or nearly so."""

import hashlib
import re
from dataclasses import dataclass

from rensa import RMinHash

PERMUTATIONS = 64
BANDS = 16
"""16 bands of 4: texts that share half of their shingles meet in some band nearly surely."""

SEED = 1
"""Signatures live in the store: the seed and the algorithm must never change without a migration."""

SIMILAR = 0.7
"""Share of equal signature rows from which two texts are one story; syndicated copies differ in a by-line."""

SHINGLE = 3
SHORT = 8
"""Words. Shorter texts are written alike by people who have never met: only one author's repeats are one story."""

_LINK = re.compile(r"https?://\S+")
_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Fingerprint:
    """What is compared of a text: a hash for equality, a MinHash signature and its bands for likeness."""

    text_hash: str
    signature: bytes = b""
    bands: tuple[int, ...] = ()


def fingerprint(title: str, text: str, author: str) -> Fingerprint:
    """Reduce a post to its words and sign them. Links, case, punctuation and spacing do not count."""
    words = _WORD.findall(_LINK.sub(" ", f"{title}\n{text}").casefold())
    if len(words) < SHORT:
        return Fingerprint(_hash([*words, "\x00", author]))
    signer = RMinHash(num_perm=PERMUTATIONS, seed=SEED)
    signer.update(sorted({" ".join(words[at : at + SHINGLE]) for at in range(len(words) - SHINGLE + 1)}))
    signature = b"".join(row.to_bytes(4, "big") for row in signer.digest())
    return Fingerprint(_hash(words), signature, _bands(signature))


def likeness(one: bytes, other: bytes) -> float:
    """Estimate the share of shingles that two signatures have in common, 0..1."""
    if not one or len(one) != len(other):
        return 0.0
    same = sum(one[at : at + 4] == other[at : at + 4] for at in range(0, len(one), 4))
    return same / (len(one) // 4)


def _bands(signature: bytes) -> tuple[int, ...]:
    width = len(signature) // BANDS
    return tuple(
        int.from_bytes(hashlib.sha256(b"%d:" % at + signature[at : at + width]).digest()[:6], "big")
        for at in range(0, len(signature), width)
    )


def _hash(words: list[str]) -> str:
    return hashlib.sha256(" ".join(words).encode(errors="surrogatepass")).hexdigest()[:32]
