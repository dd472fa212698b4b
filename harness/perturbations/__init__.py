"""True headlines made false by one planted error, or changed without harm: what a checker is put to the test with."""
