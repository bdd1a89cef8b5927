"""A second objective beside a model's own: what lists gain and lose by it, which items either pushes, and who pays."""
