"""What `dev.py` does beyond starting a command, one file each; nothing but the standard library."""
