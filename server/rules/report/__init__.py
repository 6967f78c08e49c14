"""What a report for the board says, as a plain value: figures and tables, in the reader's words."""
