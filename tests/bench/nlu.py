"""Measures the understanding on this machine: parse, load and training times, memory, moods; prints a table.

Run as `python -m tests.bench.nlu` with the public data sets beside the project. Times are of the processor, one core,
each text the best of five, since other work on the machine slows it down; each model is asked in a process of its own,
which imports what a server would and no more. A line that is over what is asked for says so. `python -m
tests.bench.nlu accuracy` prints how well each set is understood instead: what the bars of tests/bots are about, in
figures. How many examples a line is judged on stands beside it, as an error of calibration says little of a few: of
340, wholly true confidences show 0.03 to 0.04. So CrossWOZ, which is small and has no development file, is judged by
cross-validation, each of its examples once.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import msgspec

import bots
from bots.nlu import Evaluation, cross_validate, evaluate, save_model, train
from bots.nlu.emotion import emotion_of
from bots.training.dataset import Example, Project
from tests.bots import corpora
from tests.unit.bots.held_out import sentences

_SETS = ("smp2017_train", "crosswoz_req_train", "hwu64_train", "banking77_train", "clinc150_full_train")
_TESTED = {
    "smp2017_train": ("smp2017_dev",),
    "hwu64_train": ("hwu64_valid",),
    "clinc150_full_train": ("clinc150_val", "clinc150_oos_val", "clinc150_full_oos_train"),
}
_REVIEWS = ("sentiment/waimai10k_train", "sentiment/chnsenti_hotel_train", "sentiment/amazon_train")
_ASKED = 1_000
_PARTS = 10
_TRAIN_S, _TRAIN_50_S, _LOAD_MS, _PARSE_P95_MS, _MEMORY_MB = 20.0, 3.0, 100.0, 0.5, 150.0

_ASK = """
import json, resource, sys, time
texts = json.load(sys.stdin)
resident = lambda: int(open('/proc/self/statm').read().split()[1]) * resource.getpagesize() / 1e6
before = resident()
import bots
start = time.process_time(); bot = bots.load(sys.argv[1]); load = time.process_time() - start
spent = []
for text in texts:
    once = []
    for _ in range(5):
        start = time.process_time_ns(); bot.parse(text); once.append((time.process_time_ns() - start) / 1e6)
    spent.append(min(once))
spent.sort()
print(json.dumps({'load_ms': load * 1e3, 'p50_ms': spent[len(spent) // 2], 'p95_ms': spent[len(spent) * 95 // 100],
    'memory_mb': resident() - before}))
"""


class Cost(msgspec.Struct, frozen=True, kw_only=True):
    """What a model costs a server: processor time of loading and of parses, and by how much the process grew."""

    load_ms: float
    p50_ms: float
    p95_ms: float
    memory_mb: float


def main() -> None:
    """Print one line a data set."""
    if sys.argv[1:] == ["accuracy"]:
        _print_accuracy()
        return
    print(f"{'set':22}{'examples':>9}{'train s':>9}{'file MB':>9}{'load ms':>9}{'p50 ms':>8}{'p95 ms':>8}{'MB':>6}")
    demo = bots.load_demo().project
    held_out = [text for language in ("zh", "en") for _, text in sentences(language)]
    _print_times("demo bot", demo, held_out)
    few = corpora.examples("clinc150_train_25")
    names = sorted({example.intent for example in few})[:50]
    project = corpora.project(tuple(example for example in few if example.intent in names))
    _print_times("50 intents of clinc150", project, [example.text for example in project.data.examples], _TRAIN_50_S)
    for name in _SETS:
        examples = corpora.examples(name)
        texts = [example.text for example in examples[:: max(1, len(examples) // _ASKED)]]
        _print_times(name, corpora.project(examples), texts)
    print(f"\n{'moods':44}{'p50 ms':>8}{'p95 ms':>8}{'letters':>9}")
    for name in _REVIEWS:
        _print_moods(name, [review.text for review in corpora.examples(name)[:_ASKED]])
    _print_moods("demo bot's test sentences", held_out)


def _print_times(name: str, project: Project, texts: list[str], train_bar_s: float = _TRAIN_S) -> None:
    start = time.process_time()
    model = train(project)
    training_s = time.process_time() - start
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "bench.model"
        save_model(model, file)
        cost = cost_of(file, texts)
        size_mb = file.stat().st_size / 1e6
    over = {
        "training": training_s > train_bar_s,
        "load": cost.load_ms > _LOAD_MS,
        "p95": cost.p95_ms > _PARSE_P95_MS,
        "memory": cost.memory_mb > _MEMORY_MB,
    }
    missed = ", ".join(what for what, is_over in over.items() if is_over)
    print(
        f"{name:22}{len(project.data.examples):9}{training_s:9.1f}{size_mb:9.1f}{cost.load_ms:9.0f}"
        f"{cost.p50_ms:8.3f}{cost.p95_ms:8.3f}{cost.memory_mb:6.0f}"
        f"{f'  over the bar: {missed}' if missed else ''}",
        flush=True,
    )


def cost_of(file: Path, texts: Sequence[str]) -> Cost:
    """Load a model in a process of its own and ask it; each text counts as the best of five."""
    asked = subprocess.run(
        [sys.executable, "-c", _ASK, str(file)], input=json.dumps(texts), capture_output=True, text=True, check=True
    )
    return msgspec.json.decode(asked.stdout, type=Cost)


def _print_moods(name: str, texts: list[str]) -> None:
    spent: list[float] = []
    for text in texts:
        once: list[float] = []
        for _ in range(3):
            start = time.process_time_ns()
            emotion_of(text)
            once.append((time.process_time_ns() - start) / 1e6)
        spent.append(min(once))
    spent.sort()
    letters = sum(map(len, texts)) / len(texts)
    print(f"{name:44}{spent[len(spent) // 2]:8.3f}{spent[len(spent) * 95 // 100]:8.3f}{letters:9.0f}", flush=True)


def _print_accuracy() -> None:
    print(f"{'set':22}{'judged on':>10}{'accuracy':>9}{'F1':>7}{'ECE':>7}{'falls back':>12}{'strangers told':>16}")
    demo = bots.load_demo()
    for language in ("zh", "en"):
        test = [Example(text=text, intent=intent) for intent, text in sentences(language)]
        _print_scores(f"demo bot {language}", evaluate(demo.model, test))
    _print_scores("demo bot, left out", cross_validate(demo.project, _PARTS))
    for learn, test_set in _TESTED.items():
        _print_scores(learn, evaluate(train(corpora.project(corpora.examples(learn))), corpora.examples(*test_set)))
    _print_scores("crosswoz_req_train", cross_validate(corpora.project(corpora.examples("crosswoz_req_train")), _PARTS))
    seen, test_part = corpora.held_out(corpora.examples("banking77_train"), _PARTS)
    _print_scores("banking77_train", evaluate(train(corpora.project(seen)), test_part))


def _print_scores(name: str, scores: Evaluation) -> None:
    told = "-" if scores.out_of_scope_recall is None else f"{scores.out_of_scope_recall:.1%}"
    print(
        f"{name:22}{scores.examples:10}{scores.accuracy:9.1%}{scores.macro_f1:7.3f}{scores.calibration_error:7.3f}"
        f"{scores.fallback_rate:12.1%}{told:>16}",
        flush=True,
    )


if __name__ == "__main__":
    main()
