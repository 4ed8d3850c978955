"""Say in which language a text is written, or that it cannot be told.

py3langid knows 139 languages. The set is never closed: closed to a few, Dutch becomes German with confidence.
Instead the languages that are judged weigh more beforehand, because most of what
a brand's query finds is theirs.
"""

import re
from dataclasses import dataclass
from functools import cache

from py3langid.langid import MODEL_FILE, LanguageIdentifier

UNCLEAR = "und"
"""ISO 639: undetermined."""

FAVOURED = frozenset({"en"})
PRIOR = 20.0
"""How many times likelier a favoured language is beforehand; set with the thresholds by the model card's table."""
THRESHOLD = 0.40
FAVOURED_THRESHOLD = 0.30
"""A short English post left unjudged costs more than a short foreign one judged, which mostly comes out neutral."""
HINT = 5.0
"""A platform's language tag is often that of the reader's settings: evidence, not proof."""
_ENOUGH = 1000
"""Code points; more of a text changes nothing but the time it takes."""

_NOISE = re.compile(
    r"(?:https?://\S*|www\.\S+|\bhttp\b)|[\w.+-]{1,64}@[\w.-]+|[@#]\w+|<phone>|\brt\b|&\w{2,8};",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Language:
    """An ISO 639 code, ``und`` where it cannot be told, and the probability of the likeliest language."""

    code: str
    confidence: float


def detect(text: str, hint: str = "", *, favoured: frozenset[str] = FAVOURED) -> Language:
    """Return the language of ``text``; ``hint`` is a language tag ("en", "pt-BR"), mild evidence.

    Handles, hashtags, links and addresses are left out first. Raises nothing for any text.
    """
    words = " ".join(_NOISE.sub(" ", text[: 2 * _ENOUGH]).split())[:_ENOUGH]
    if not any(sign.isalpha() for sign in words):
        return Language(UNCLEAR, 0.0)
    hinted = re.split(r"[-_]", hint, maxsplit=1)[0].lower()
    ranked = identifier().rank(words)
    chances = dict(ranked)
    # the likeliest by itself, and those that weigh more: no other can win
    weighed = {ranked[0][0]: ranked[0][1]} | {
        code: chances[code] * (PRIOR if code in favoured else 1.0) * (HINT if code == hinted else 1.0)
        for code in favoured | {hinted}
        if code in chances
    }
    code = max(weighed, key=weighed.__getitem__)
    confidence = weighed[code] / (1.0 + sum(weighed[code] - chances[code] for code in weighed))
    threshold = FAVOURED_THRESHOLD if code in favoured else THRESHOLD
    return Language(code if confidence >= threshold and code != _NO_LANGUAGE else UNCLEAR, confidence)


_NO_LANGUAGE = "zxx"
"""py3langid's label for what is no language: code, tables."""


@cache
def identifier() -> LanguageIdentifier:
    """Load the model once, when it is first needed: 74 MB, half a second."""
    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
