//! How a message that was sent from here fares, in words, and what can be done about it.

use contract::transcript::Fate;

/// What can be done about a message.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Takes it back into the composer.
    Edit,
    /// Takes it back.
    TakeBack,
    /// Sends it again under the same id.
    Resend,
}

impl Act {
    pub fn name(self) -> &'static str {
        match self {
            Self::Edit => "Edit",
            Self::TakeBack => "Take back",
            Self::Resend => "Resend",
        }
    }

    /// What it does, in full.
    pub fn means(self) -> &'static str {
        match self {
            Self::Edit => "Puts it back into the composer",
            Self::TakeBack => "Takes it back; nothing is sent",
            Self::Resend => "Sends it again under the same id: if it did arrive, it is not said twice",
        }
    }
}

/// What is known about a message besides its fate.
#[derive(Debug, Clone, Copy, Default)]
pub struct About<'a> {
    /// When, by the clock.
    pub at: Option<&'a str>,
    /// Why it failed.
    pub fault: Option<&'a str>,
    /// The node that is away, if it is.
    pub away: Option<&'a str>,
}

/// The words under a message.
pub fn words(fate: Fate, about: About<'_>) -> String {
    let at = |word: &str, between: &str| match about.at {
        Some(at) => format!("{word}{between}{at}"),
        None => word.to_owned(),
    };
    match (fate, about.away) {
        (Fate::Queued, Some(node)) => format!("queued · sends when {node} is back"),
        (Fate::Queued, None) => "queued".to_owned(),
        (Fate::Sent, _) => at("sent", " "),
        (Fate::Acknowledged, _) => at("acknowledged", " "),
        (Fate::Running, _) => at("running", " · since "),
        (Fate::Done, _) => at("done", " · "),
        (Fate::Failed, _) => match about.fault.map(str::trim).filter(|fault| !fault.is_empty()) {
            Some(fault) => format!("failed: {fault}"),
            None => at("failed", " · "),
        },
        (Fate::Unknown, _) => "unknown · the answer got lost, so it may have arrived".to_owned(),
    }
}

/// What can be done about it.
pub fn acts(fate: Fate) -> &'static [Act] {
    match fate {
        Fate::Queued => &[Act::Edit, Act::TakeBack],
        Fate::Failed => &[Act::Resend, Act::Edit],
        Fate::Unknown => &[Act::Resend],
        Fate::Sent | Fate::Acknowledged | Fate::Running | Fate::Done => &[],
    }
}

/// What the composer says while it is empty: where the words go and what will happen.
pub fn invitation(agent: &str, node: &str, away: bool) -> String {
    match away {
        false => format!("Message {agent} on {node}"),
        true => format!("Message {agent} on {node} (will be queued)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_fate_has_its_words_and_its_time() {
        let about = About { at: Some("14:20:58"), ..About::default() };
        for (fate, says) in [
            (Fate::Queued, "queued"),
            (Fate::Sent, "sent 14:20:58"),
            (Fate::Acknowledged, "acknowledged 14:20:58"),
            (Fate::Running, "running · since 14:20:58"),
            (Fate::Done, "done · 14:20:58"),
            (Fate::Failed, "failed · 14:20:58"),
            (Fate::Unknown, "unknown · the answer got lost, so it may have arrived"),
        ] {
            assert_eq!(words(fate, about), says);
        }
    }

    #[test]
    fn a_queued_message_says_what_it_waits_for() {
        let about = About { away: Some("laptop"), ..About::default() };
        assert_eq!(words(Fate::Queued, about), "queued · sends when laptop is back");
    }

    #[test]
    fn a_failed_message_says_why_and_offers_the_ways_on() {
        let about = About { fault: Some(" no such session "), ..About::default() };
        assert_eq!(words(Fate::Failed, about), "failed: no such session");
        assert_eq!(acts(Fate::Failed), [Act::Resend, Act::Edit]);
        assert_eq!(acts(Fate::Done), []);
    }

    #[test]
    fn the_empty_composer_says_where_the_words_go() {
        assert_eq!(invitation("Main", "local", false), "Message Main on local");
        assert_eq!(invitation("research", "laptop", true), "Message research on laptop (will be queued)");
    }
}
