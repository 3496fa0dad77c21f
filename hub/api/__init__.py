"""The hub's interfaces: REST, provider webhooks, sockets and pages. It translates, and decides nothing itself."""
