"""Tables of ratings: ids, reading, checking, splitting, known data sets."""
