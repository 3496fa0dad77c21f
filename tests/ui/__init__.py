"""Stories told in a real browser: the widget on the demo shop and the console, against a whole hub."""
