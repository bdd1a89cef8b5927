"""From a kernel's source to machine code in this process: compile it, cache it, load it, or compile it in advance."""
