"""The entry point: runs a verb, and turns an error into one sentence."""

from __future__ import annotations

import signal
import sys

from bot.errors import AdaptbotError


def main() -> None:
    """Run the command line; errors of ours end with status 2 and a sentence, never a traceback."""
    # a container's first process is not ended by a signal that it does not handle
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    from bot.cli import app  # noqa: PLC0415 - nothing heavy before the error boundary

    try:
        app()
    except AdaptbotError as error:
        print(f"adaptbot: {error}", file=sys.stderr)  # noqa: T201 - standard error is the place
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
