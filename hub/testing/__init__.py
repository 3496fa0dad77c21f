"""What tests of Huike and of its extensions share: contract suites, builders, fakes. Nothing here needs pytest."""
