"""Measures the understanding on this machine: parse, load and training times, memory; prints a table.

Run as `python -m tests.bench.nlu` with the public data sets beside the project. Times are of the processor, one core;
each model is asked in a process of its own, which imports what a server would and no more.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bots.nlu import save_model, train
from tests.bots import corpora

_SETS = ("smp2017_train", "crosswoz_req_train", "hwu64_train", "banking77_train", "clinc150_full_train")
_ASKED = 1_000

_ASK = """
import json, resource, sys, time
import bots
texts = json.load(sys.stdin)
resident = lambda: int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize() / 1e6
start = time.process_time(); bot = bots.load(sys.argv[1]); load = time.process_time() - start
spent = []
for text in texts:
    start = time.process_time_ns(); bot.parse(text); spent.append((time.process_time_ns() - start) / 1e6)
spent.sort()
print(json.dumps({'load_ms': load * 1e3, 'p50_ms': spent[len(spent) // 2], 'p95_ms': spent[len(spent) * 95 // 100],
    'memory_mb': resident()}))
"""


def main() -> None:
    """Print one line a data set."""
    print(f"{'set':22}{'examples':>9}{'train s':>9}{'file MB':>9}{'load ms':>9}{'p50 ms':>8}{'p95 ms':>8}{'MB':>6}")
    with tempfile.TemporaryDirectory() as folder:
        for name in _SETS:
            examples = corpora.examples(name)
            start = time.process_time()
            model = train(corpora.project(examples))
            training_s = time.process_time() - start
            file = Path(folder) / f"{name}.model"
            save_model(model, file)
            texts = [example.text for example in examples[:: max(1, len(examples) // _ASKED)]]
            asked = subprocess.run(
                [sys.executable, "-c", _ASK, str(file)],
                input=json.dumps(texts),
                capture_output=True,
                text=True,
                check=True,
            )
            seen = json.loads(asked.stdout)
            print(
                f"{name:22}{len(examples):9}{training_s:9.1f}{file.stat().st_size / 1e6:9.1f}{seen['load_ms']:9.0f}"
                f"{seen['p50_ms']:8.3f}{seen['p95_ms']:8.3f}{seen['memory_mb']:6.0f}"
            )


if __name__ == "__main__":
    main()
