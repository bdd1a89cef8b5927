"""What a model card holds: findings with their lights, sections of them, and how both are kept and written as text."""
