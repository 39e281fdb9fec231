"""`python -m safelight.cli` is `safelight`."""

from safelight.cli.app import main

main()
