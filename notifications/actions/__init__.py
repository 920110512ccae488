"""The only writers of what becomes of mails, and of what people want of them."""
