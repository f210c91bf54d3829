"""What a pack is worth: rules its texts must keep, golden answers it must grade in order, numbers for its card."""
