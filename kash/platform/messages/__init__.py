"""Messages to people outside the site: e-mail by the address in `KASH_MAIL_URL`, SMS by that in
`KASH_SMS_URL`, and the outbox from which both go."""

from kash.platform.messages.gateways import init_sms, sms_gateway, sms_is_set_up
from kash.platform.messages.mail import MailFailed, init_messages, mail_is_set_up, send_mail
