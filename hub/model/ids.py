"""Names of things. Each kind of id is a type of its own, so that one cannot be passed for another."""

from __future__ import annotations

from typing import NewType

CustomerId = NewType("CustomerId", str)
SessionId = NewType("SessionId", str)
MessageId = NewType("MessageId", str)
AgentId = NewType("AgentId", str)
BotId = NewType("BotId", str)
ChannelId = NewType("ChannelId", str)
TeamId = NewType("TeamId", str)
AttachmentId = NewType("AttachmentId", str)
OfferId = NewType("OfferId", str)
CommitId = NewType("CommitId", str)
JobId = NewType("JobId", str)
MergeId = NewType("MergeId", str)
QueueId = NewType("QueueId", str)
RuleId = NewType("RuleId", str)
