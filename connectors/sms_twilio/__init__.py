"""SMS and MMS (and WhatsApp where the account has it) by Twilio."""
