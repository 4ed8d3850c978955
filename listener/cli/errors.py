"""Errors as exit codes: 1 it failed, 75 try again later, 78 configuration (sysexits)."""

from listener.domain.errors import ConfigError, ListenerError, StoreInUse

FAILED, LATER, CONFIGURATION = 1, 75, 78


def exit_code(error: ListenerError) -> int:
    """Choose the exit code of an error."""
    if isinstance(error, ConfigError):
        return CONFIGURATION
    return LATER if isinstance(error, StoreInUse) else FAILED
