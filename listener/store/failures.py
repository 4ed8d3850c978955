"""What is said when SQLite cannot do what was asked: what happened, to which file, and the way out."""

from pathlib import Path

from listener.domain.errors import StoreError, StoreInUse

ADVICE = (
    ("full", "Free some space; nothing that was stored before is lost."),
    ("I/O error", "Look at the disk: is it full, or at its quota? If not, run `listener db check`; a backup helps."),
    ("locked", "Another process holds it; is a second daemon or an editor open?"),
    ("not a database", "Name another file in [store] url."),
    ("malformed", "Restore a backup; `listener db check` may say what is damaged."),
    ("unable to open", "Check that the directory exists and may be written."),
    ("readonly", "Check the owner and the mode of the file."),
)
"""Signs in SQLite's words, and what to do."""


def failure(path: Path, cause: str) -> StoreError:
    """Make an error of SQLite's words: StoreInUse where trying again may help."""
    advice = next((f" {what}" for sign, what in ADVICE if sign in cause), "")
    kind = StoreInUse if "locked" in cause else StoreError
    return kind(f"The store {path}: {cause}.{advice}")
