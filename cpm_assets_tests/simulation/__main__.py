"""`python -m cpm_assets_tests.simulation --seed 4711 --count 200`: so many histories from that seed on.

Stops at the first that goes wrong, tells what happened in it, and how to have it again.
"""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from cpm_assets_tests.simulation.history import History
from cpm_assets_tests.simulation.runs import use_the_stand_in

MEMORY = Path("/dev/shm")
"""Where there is one, histories are played in memory: thousands of flushes to a disk would be waited for."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m cpm_assets_tests.simulation", description=__doc__)
    parser.add_argument("--seed", type=int, default=1, help="of the first history; the next has the next one")
    parser.add_argument("--count", type=int, default=1, help="how many histories")
    parser.add_argument("--keep", action="store_true", help="leave the data directory of a failed one, and say where")
    given = parser.parse_args()
    use_the_stand_in()
    with tempfile.TemporaryDirectory() as warm:
        History(0, Path(warm)).warm_up()
    runs = kills = 0
    begun = time.monotonic()
    for seed in range(given.seed, given.seed + given.count):
        root = Path(tempfile.mkdtemp(prefix="cpm-simulation-", dir=MEMORY if os.access(MEMORY, os.W_OK) else None))
        history = History(seed, root)
        try:
            history.run()
        except AssertionError as error:
            print(*history.told, f"the history of seed {seed} went wrong: {error}", sep="\n")
            print(f"again: python -m cpm_assets_tests.simulation --seed {seed} --keep")
            if given.keep:
                print(f"its data directory: {root}")
            return 1
        finally:
            if not given.keep:
                shutil.rmtree(root)
        runs, kills = runs + history.runs, kills + history.kills
    print(
        f"simulation: seeds {given.seed} to {given.seed + given.count - 1}, {given.count} histories, {runs} runs, "
        f"{kills} killed, {time.monotonic() - begun:.0f} s"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
