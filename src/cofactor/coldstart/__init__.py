"""Cold start: recommendations on little or no evidence, and the questions to ask a newcomer."""
