"""Where the archives of known data sets lie, and how they are fetched."""
