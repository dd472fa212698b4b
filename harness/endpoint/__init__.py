"""One client for everything that asks a language model over HTTP: bounded, patient, frugal, silent about keys."""
