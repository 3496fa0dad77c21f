"""The providers' side of each channel, for trying the hub without an account: strict, and of no use in production."""
