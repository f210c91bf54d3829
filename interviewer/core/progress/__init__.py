"""What sessions add up to: records, trends, reviews, grades of before and after."""
