"""The one door for reading: who asks, why, what they may see, and what is written down about it."""
