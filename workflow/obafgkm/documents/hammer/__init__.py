"""The slides "Hack or Hammer": photometry to main classes."""
