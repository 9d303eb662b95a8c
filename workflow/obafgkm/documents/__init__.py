"""What is one document's own: its sample, its networks, its method."""
