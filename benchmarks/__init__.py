"""How fast the library is, beside the plain way and beside what the machine can do. See README.md."""
