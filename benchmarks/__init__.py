"""Speed of the library compared with straightforward code and with the machine's limits; see README.md."""
