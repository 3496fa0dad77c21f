"""All tests. The folders mirror the tree; `support` starts the real parts that they run against."""
