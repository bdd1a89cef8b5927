"""Nobody left cold: what to ask somebody new, and what to tell them on the little that is known."""
