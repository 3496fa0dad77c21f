"""All services of one process in one value, as `hub.app` makes them and the interfaces call them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from hub.model.workspace import ChannelKind
from hub.ports.manifest import KnownKind
from hub.services.accounts import Accounts
from hub.services.alarms import Alarms
from hub.services.attachments import Attachments
from hub.services.bot_secrets import BotSecrets
from hub.services.connectors import Connectors
from hub.services.consents import Consents
from hub.services.core import Core
from hub.services.customers import Customers
from hub.services.deliveries import Deliveries
from hub.services.desk import Desk
from hub.services.directory import Directory
from hub.services.dispatch import Dispatch
from hub.services.drafts import Drafts
from hub.services.health import Health
from hub.services.identities import Identities
from hub.services.inbound import Inbounds
from hub.services.knowledge import Knowledge
from hub.services.long_jobs import LongJobs
from hub.services.model_servers import ModelServers
from hub.services.presences import Presences
from hub.services.records import Records
from hub.services.secrets import Secrets
from hub.services.sessions import Sessions
from hub.services.statuses import Statuses
from hub.services.suggestions import Suggestions
from hub.services.teaching.teaching import Teaching
from hub.services.triage import Triage
from hub.services.typing import TypingSignals
from hub.services.typing_out import TypingOut
from hub.services.visitors import Visitors
from hub.services.watchdog import Watchdog
from hub.services.what_if import WhatIf


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that the interfaces call."""

    core: Core
    secrets: Secrets
    bot_secrets: BotSecrets
    directory: Directory
    records: Records
    knowledge: Knowledge
    accounts: Accounts
    attachments: Attachments
    connectors: Connectors
    manifests: Mapping[ChannelKind, KnownKind]
    health: Health
    statuses: Statuses
    consents: Consents
    deliveries: Deliveries
    sessions: Sessions
    identities: Identities
    inbounds: Inbounds
    customers: Customers
    suggestions: Suggestions
    teaching: Teaching
    triage: Triage
    presences: Presences
    dispatch: Dispatch
    alarms: Alarms
    watchdog: Watchdog
    long_jobs: LongJobs
    what_if: WhatIf
    desk: Desk
    model_servers: ModelServers
    drafts: Drafts
    visitors: Visitors
    typing: TypingSignals
    typing_out: TypingOut
