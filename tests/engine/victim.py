"""A whole program with a supervisor, for tests that kill it: argv = folder. Prints `ready` when work is under way."""

from __future__ import annotations

import sys
import threading
import time
from pathlib import Path

from safelight.engine.model import Limits
from tests.engine import plan


def main(folder: Path) -> None:
    with plan.supervisor(folder, limits=Limits(600.0, 0.0, 200)) as engine:
        verbs = ["grandchild", "good", "hang", "grandchild_and_die", "good", "hang"]
        work = engine.run(plan.batches(verbs, folder, 3))

        def announce() -> None:
            while True:
                if len([one for one in engine.progress() if one.note == b"verb hang"]) == 2:
                    sys.stdout.write("ready\n")
                    sys.stdout.flush()
                    return
                time.sleep(0.01)

        threading.Thread(target=announce, daemon=True).start()
        for result in work:
            plan.read(result)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
