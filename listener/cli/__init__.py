"""The command line. Every command imports what it needs when it is called, so that ``--help`` is quick."""

import sys


def main() -> None:
    """Run the command line; errors that we know become one message and an exit code, never a traceback."""
    from listener.cli.commands import app
    from listener.cli.errors import exit_code
    from listener.domain.errors import ListenerError

    try:
        app()
    except ListenerError as error:
        sys.stderr.write(f"{error}\n")
        sys.exit(exit_code(error))
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        # the reader of our output has gone, as `head` does; let the interpreter not complain at its end
        sys.stdout = None
        sys.exit(0)
