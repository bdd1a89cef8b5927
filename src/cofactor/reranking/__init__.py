"""Lists put together anew from longer ones: arrays in, arrays out."""
