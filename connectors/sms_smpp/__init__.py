"""SMS over a carrier's own SMPP 3.4 link; needs the optional extra `smpp`."""
