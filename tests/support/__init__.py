"""The real parts that tests run against: servers, hub processes, a browser. Nothing here imitates anything."""
