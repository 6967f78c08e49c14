"""Files that leave the house: tables as CSV and as workbooks, reports as PDF. No cell is ever a formula."""
