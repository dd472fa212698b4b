"""What is contested: facts that independent articles of a cluster tell differently."""
