"""A small whole connector to start from: `huike new-connector NAME` copies this folder and its contract test."""
