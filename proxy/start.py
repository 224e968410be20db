"""The console script: from its first line on, Ctrl-C and SIGTERM end it in silence, while it is imported, too."""

from cloudtape.signals import end_on_signals


def main() -> None:
    end_on_signals()
    from cloudtape.cli import main as run

    run()
