"""From a kernel's source to machine code in this process: compile, keep, load, and make before it is needed."""
