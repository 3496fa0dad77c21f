"""What is loaded when it is first needed may be needed by several threads at once, before anything is compiled."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import sys, threading
from hub.app_bots import make_teacher, read_alike, read_feeling

sys.setswitchinterval(1e-5)
works = [lambda: read_feeling("", None), lambda: read_alike("x"), lambda: make_teacher(""), lambda: read_alike("y")]
start, failed = threading.Barrier(len(works)), []

def work(one):
    start.wait()
    try:
        one()
    except BaseException as error:
        failed.append(repr(error))

threads = [threading.Thread(target=work, args=(one,)) for one in works]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(*failed)
sys.exit(bool(failed))
"""


def test_threads_that_need_the_bots_at_once_do_not_stand_in_each_others_way(tmp_path: Path) -> None:
    for number in range(3):
        env = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path / str(number))}
        command = [sys.executable, "-c", PROGRAM]
        done = subprocess.run(command, check=False, env=env, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stdout + done.stderr
