//! A node's state in words. Pure.

use contract::node::{Certificate, LinkState, Node};

use crate::text::{time, words};

/// The state in a word or two, for where there is little room.
pub fn short(state: LinkState) -> &'static str {
    match state {
        LinkState::Idle | LinkState::Connecting => "connecting",
        LinkState::Handshaking => "signing in",
        LinkState::Ready => "ready",
        LinkState::Pairing => "let it in",
        LinkState::Untrusted => "trust it?",
        LinkState::Unauthorised => "needs a key",
        LinkState::Incompatible => "other version",
        LinkState::RateLimited => "told to wait",
        LinkState::BackingOff => "offline",
        LinkState::Paused => "paused",
        LinkState::Failed => "failed",
    }
}

/// How the link stands. `clock` formats the moment since when, so that this stays testable.
pub fn link(node: &Node, now: i64, clock: impl Fn(i64) -> String) -> String {
    let since = clock(node.since);
    match node.state {
        LinkState::Idle => "Not tried yet".to_owned(),
        LinkState::Connecting => "Connecting…".to_owned(),
        LinkState::Handshaking => "Signing in…".to_owned(),
        LinkState::Ready => {
            let latency = node.latency_ms.map(|ms| format!(" · {}", words::latency(ms))).unwrap_or_default();
            let pinned = if node.pinned.is_some() { " · certificate pinned" } else { "" };
            format!("Ready{latency}{pinned}")
        }
        LinkState::Pairing => format!("Waits to be let in, since {since}"),
        LinkState::Untrusted if node.pinned.is_some() => "Its certificate has changed".to_owned(),
        LinkState::Untrusted => "Its certificate is not known yet".to_owned(),
        LinkState::Unauthorised => "The key is missing or was refused".to_owned(),
        LinkState::Incompatible => "Speaks another version".to_owned(),
        LinkState::RateLimited | LinkState::BackingOff => match node.next_try {
            Some((attempt, next)) => {
                format!("Offline since {since} · attempt {attempt}, next in {}", time::left(next, now))
            }
            None => format!("Offline since {since}"),
        },
        LinkState::Paused => format!("Paused since {since}"),
        LinkState::Failed => format!("Failed at {since}"),
    }
}

/// How fresh what is shown of it is.
pub fn data(node: &Node, clock: impl Fn(i64) -> String) -> String {
    match (node.stale_since, node.state) {
        (None, LinkState::Ready) => "Live".to_owned(),
        (Some(since), _) if !node.agents.is_empty() || node.session_count > 0 => {
            format!("As of {}", clock(since))
        }
        _ => "None yet".to_owned(),
    }
}

/// The route in use or last used; the address, as long as none was.
pub fn route(node: &Node) -> String {
    let further = node.route.and_then(|number| usize::try_from(number).ok()?.checked_sub(1));
    further.and_then(|number| node.reach.routes.get(number)).unwrap_or(&node.address).clone()
}

/// All routes, and why those before the one in use were not taken.
pub fn routes(node: &Node) -> String {
    let mut lines = vec![node.address.clone()];
    lines.extend(node.reach.routes.iter().map(|route| format!("then {route}")));
    lines.extend(node.passed.iter().cloned());
    lines.join("\n")
}

/// What is known of a certificate besides its fingerprint, on one line; empty when nothing is.
pub fn certificate(one: &Certificate) -> String {
    let by = if one.issuer == one.subject { "itself" } else { &one.issuer };
    let facts = [
        (!one.subject.is_empty()).then(|| format!("{}, signed by {by}", one.subject)),
        one.from.map(|from| format!("from {}", time::day(from))),
        one.until.map(|until| format!("until {}", time::day(until))),
        one.trusted_at.map(|at| format!("trusted {}", time::day(at))),
    ];
    facts.into_iter().flatten().collect::<Vec<_>>().join(" · ")
}

#[cfg(test)]
mod tests {
    use contract::node::Reach;

    use super::*;
    use crate::state::samples;

    #[test]
    fn the_card_shows_the_route_in_use() {
        let reach = Reach { routes: vec!["ssh://home/1".into()], ..Reach::default() };
        let two = Node { reach, ..node(LinkState::Ready) };
        assert_eq!(route(&two), "wss://x");
        let by = Node { route: Some(1), passed: vec!["Nothing listens.".into()], ..two };
        assert_eq!(route(&by), "ssh://home/1");
        assert_eq!(routes(&by), "wss://x\nthen ssh://home/1\nNothing listens.");
        assert_eq!(route(&Node { route: Some(7), ..by }), "wss://x");
    }

    #[test]
    fn a_certificate_nobody_knows_anything_of_has_no_line() {
        assert_eq!(certificate(&Certificate::default()), "");
        let known = Certificate { subject: "CN=x".into(), issuer: "CN=x".into(), ..Certificate::default() };
        assert_eq!(certificate(&known), "CN=x, signed by itself");
    }

    fn node(state: LinkState) -> Node {
        Node { state, ..samples::node("a") }
    }

    fn clock(_: i64) -> String {
        "12:04".to_owned()
    }

    #[test]
    fn a_node_that_is_away_says_since_when_and_when_it_is_tried_again() {
        let away = Node { next_try: Some((3, 8_000)), ..node(LinkState::BackingOff) };
        assert_eq!(link(&away, 0, clock), "Offline since 12:04 · attempt 3, next in 8 s");
    }

    #[test]
    fn link_and_data_are_two_different_things() {
        let stale = Node { stale_since: Some(1), session_count: 4, ..node(LinkState::Ready) };
        assert_eq!(link(&stale, 0, clock), "Ready");
        assert_eq!(data(&stale, clock), "As of 12:04");
        assert_eq!(data(&node(LinkState::Ready), clock), "Live");
        assert_eq!(data(&node(LinkState::BackingOff), clock), "None yet");
    }

    #[test]
    fn a_changed_certificate_is_told_apart_from_a_new_one() {
        let changed = Node { pinned: Some("sha256:00".into()), ..node(LinkState::Untrusted) };
        assert_ne!(link(&changed, 0, clock), link(&node(LinkState::Untrusted), 0, clock));
    }
}
