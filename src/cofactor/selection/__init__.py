"""The n best items of each user: exactly, or nearly so in a catalogue that is too large to go through."""
