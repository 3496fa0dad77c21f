"""How long tests wait for what must come.

Far more than even a busy machine needs: a limit that is reached fails a good change, and one that is not costs nothing.
How quick something is belongs to `tests.bench`.
"""

PATIENCE_S = 45.0
