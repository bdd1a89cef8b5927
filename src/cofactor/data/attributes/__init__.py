"""What is known of users and items beside their ratings, attached from tables of their own."""
