//! What is known of each vendor, read from the list that stands beside its dialect when it is first needed.

use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use crate::dialect::Kind;

/// The words of one vendor.
#[derive(Debug, Default)]
pub(super) struct Known {
    methods: HashSet<&'static str>,
    events: HashSet<&'static str>,
    fields: HashMap<&'static str, HashSet<&'static str>>,
    /// By event: the field that tells its kinds apart, and those kinds.
    words: HashMap<&'static str, (&'static str, HashSet<&'static str>)>,
}

static MOLTIS: LazyLock<Known> = LazyLock::new(|| {
    let mut known = Known::read(include_str!("../dialect/moltis/known.txt"));
    known.methods.extend(wire::Method::ALL.iter().map(|method| method.name()));
    known.events.extend(wire::event::name::ALL);
    known
});
static OPENCLAW: LazyLock<Known> = LazyLock::new(|| Known::read(include_str!("../dialect/openclaw/known.txt")));
static MCP_DASHBOARD: LazyLock<Known> =
    LazyLock::new(|| Known::read(include_str!("../dialect/mcp_dashboard/known.txt")));

/// Events that carry a row of sessions among their own fields.
const ROWS: [&str; 4] = ["agent", "session.tool", "session.message", "sessions.changed"];

impl Known {
    pub fn of(kind: Kind) -> &'static Known {
        match kind {
            Kind::Moltis => &MOLTIS,
            Kind::Openclaw => &OPENCLAW,
            Kind::McpDashboard => &MCP_DASHBOARD,
        }
    }

    /// Reads a list: under each `[heading]` the words of one kind.
    fn read(text: &'static str) -> Known {
        let (mut known, mut heading) = (Known::default(), "");
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(next) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                heading = next;
                continue;
            }
            let words = line.split_whitespace();
            match heading.split_once(' ') {
                Some(("fields", of)) => known.fields.entry(of).or_default().extend(words),
                Some(("words", of)) => {
                    let (event, field) = of.rsplit_once('.').unwrap_or((of, "type"));
                    known.words.entry(event).or_insert_with(|| (field, HashSet::new())).1.extend(words);
                }
                _ if heading == "methods" => known.methods.extend(words),
                _ => known.events.extend(words),
            }
        }
        known
    }

    pub fn has_method(&self, name: &str) -> bool {
        self.methods.contains(name)
    }

    pub fn has_event(&self, name: &str) -> bool {
        self.events.contains(name)
    }

    /// The fields of an event, or of the frame itself; `None` where they are not compared.
    pub fn fields(&self, of: &str) -> Option<&HashSet<&'static str>> {
        let row = || ROWS.contains(&of).then(|| self.fields.get("row")).flatten();
        self.fields.get(of).or_else(row)
    }

    /// The field that tells an event's kinds apart, and the kinds.
    pub fn words(&self, event: &str) -> Option<(&'static str, &HashSet<&'static str>)> {
        self.words.get(event).map(|(field, words)| (*field, words))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_hold_what_their_headings_say() {
        let openclaw = Known::of(Kind::Openclaw);
        assert!(openclaw.has_method("chat.send") && openclaw.has_event("sessions.changed"));
        assert!(openclaw.fields("agent").unwrap().contains("stream"));
        assert_eq!(openclaw.words("chat").unwrap().0, "state");
        let moltis = Known::of(Kind::Moltis);
        assert!(wire::Method::ALL.iter().all(|method| moltis.has_method(method.name())));
        assert!(Known::of(Kind::McpDashboard).has_event("AGENT_STATE"));
        for known in [openclaw, moltis] {
            assert!(known.methods.len() > 200 && known.events.len() > 30);
        }
    }
}
