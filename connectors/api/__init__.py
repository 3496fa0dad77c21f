"""The open channel: any system that can sign a request can be a channel."""
