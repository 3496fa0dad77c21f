"""What kind of mail a mail is: one of a customer, or a machine's word about one of ours."""

from connectors.email.kinds.judge import judge
from connectors.email.kinds.judgement import Action, Bounce, Judgement, Kind

__all__ = ["Action", "Bounce", "Judgement", "Kind", "judge"]
