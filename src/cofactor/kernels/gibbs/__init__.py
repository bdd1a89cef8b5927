"""Further steps of a Gibbs sweep: coefficients of attributes, and the noise of each row."""
