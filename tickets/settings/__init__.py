"""What duty leads configure: teams, working hours, products, reasons, tags and shared macros."""
