"""The stores: SQLite for one node, MongoDB for many, and one in memory for tests; and the files of attachments."""
