"""Arrays and numbers in, arrays out: no ids, no logging, no class of ours."""
