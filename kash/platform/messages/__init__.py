"""Messages to people outside the site: e-mail for now, by the address in `KASH_MAIL_URL`."""

from kash.platform.messages.mail import MailFailed, init_messages, mail_is_set_up, send_mail
