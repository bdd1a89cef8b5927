"""What is measured for a model's card: one file a section, each a function of a `CardAudit` that gives a `Section`."""
