"""The ports: what the services need from the outside, as protocols with their guarantees written down."""
