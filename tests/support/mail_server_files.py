"""The configuration files of the test's Dovecot and Exim: the least that makes a provider of them.

Nothing here starts a program or knows of the tests; `mail_servers` does both.
"""

from __future__ import annotations

from pathlib import Path


def dovecot_file(folder: Path, *, user: str, group: str, imap: int, lmtp: int) -> str:
    """Return Dovecot's file: every user name has a mailbox, and nothing needs root."""
    return f"""
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
protocols = imap lmtp
listen = 127.0.0.1
ssl = no
disable_plaintext_auth = no
mail_location = maildir:{folder}/mail/%u
mail_uid = {user}
mail_gid = {group}
first_valid_uid = 1
first_valid_gid = 1
# One test opens many connections from one address.
mail_max_userip_connections = 100
passdb {{
  driver = static
  args = password=secret
}}
userdb {{
  driver = static
  args = uid={user} gid={group} home={folder}/home/%u
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = 0
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
"""


def exim_file(folder: Path, *, user: str, group: str, smtp: int, lmtp: int, hub: int) -> str:
    """Return Exim's file: `test.local` is delivered to Dovecot, `hub.local` to a listener, `nosuchuser` bounces."""
    return f"""
primary_hostname = mx.test.local
exim_user = {user}
exim_group = {group}
never_users =
spool_directory = {folder}/spool
log_file_path = {folder}/log/exim-%slog
pid_file_path = {folder}/exim.pid
daemon_smtp_ports = {smtp}
local_interfaces = 127.0.0.1
domainlist local_domains = test.local
acl_smtp_rcpt = accept
acl_smtp_data = accept
host_lookup =
keep_environment =
tls_advertise_hosts =
rfc1413_query_timeout = 0s
message_size_limit = 60M
smtp_accept_max = 60
smtp_accept_queue_per_connection = 0
queue_run_max = 2
deliver_drop_privilege = true
begin routers
unknown:
  driver = redirect
  domains = +local_domains
  local_parts = nosuchuser
  allow_fail
  data = :fail: User unknown
to_hub:
  driver = manualroute
  domains = hub.local
  transport = to_hub
  route_data = 127.0.0.1::{hub}
  self = send
to_mailbox:
  driver = accept
  domains = +local_domains
  local_part_suffix = +*
  local_part_suffix_optional
  transport = to_dovecot
begin transports
to_dovecot:
  driver = smtp
  protocol = lmtp
  hosts = 127.0.0.1
  port = {lmtp}
  allow_localhost
to_hub:
  driver = smtp
  allow_localhost
begin retry
* * F,10m,2s
"""
