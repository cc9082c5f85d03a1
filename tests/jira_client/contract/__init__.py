"""The client against the sandbox: one set of tests over every flavour."""
