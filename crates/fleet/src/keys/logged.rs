//! What may stand in a log, whatever is asked for: at their finest level, libraries print the bytes they carry, and a
//! key is among those of every handshake.

use tracing::{Level, Metadata};

/// The crates of this house: nothing of theirs prints a key.
const OURS: [&str; 9] = ["contract", "fleet", "gateway", "link", "pilot", "pilothouse", "store", "supervise", "wire"];

/// Whether this may be logged; for the filter of every log.
pub fn may_be_logged(about: &Metadata<'_>) -> bool {
    let part = about.target().split(':').next().unwrap_or_default();
    // `Level::TRACE` is the greatest: it says the most.
    *about.level() < Level::TRACE || OURS.iter().any(|ours| part == *ours || part == format!("{ours}_desktop"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_of_a_socket_are_not_logged_and_our_own_words_are() {
        let mut seen = Vec::new();
        for (target, ours) in [("tungstenite::protocol", false), ("link::actor", true), ("pilothouse_desktop", true)] {
            let callsite = tracing::callsite::Identifier(&Nobody);
            let fields = || tracing::field::FieldSet::new(&[], callsite.clone());
            let about =
                |level| Metadata::new("x", target, level, None, None, None, fields(), tracing::metadata::Kind::EVENT);
            seen.push((may_be_logged(&about(Level::TRACE)) == ours, may_be_logged(&about(Level::DEBUG))));
        }
        assert_eq!(seen, [(true, true); 3]);
    }

    struct Nobody;

    impl tracing::Callsite for Nobody {
        fn set_interest(&self, _: tracing::subscriber::Interest) {}

        fn metadata(&self) -> &Metadata<'_> {
            unreachable!("nobody asks it")
        }
    }
}
