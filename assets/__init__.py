"""What is drawn, translated or copied rather than programmed, and the makers of what programs use of it."""
