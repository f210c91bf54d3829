"""Does the grade say anything false?"""
