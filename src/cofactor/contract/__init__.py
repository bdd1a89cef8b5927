"""The contract that every model keeps: what it can do and writes, what it is asked, what all models share."""
