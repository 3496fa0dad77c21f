"""Email: IMAP in, SMTP out, and everything that makes real mails readable."""
