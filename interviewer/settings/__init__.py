"""What a user can set, where it is kept, and which keys may be changed."""
