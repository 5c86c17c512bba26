"""What people agreed to, in which words, and what they took back (个人信息保护法 Art. 13–15)."""
