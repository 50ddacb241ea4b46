//! What a window wants to see, each thing once.

use std::collections::BTreeMap;

use contract::Topic;
use contract::activity::Filter;
use contract::transcript::SessionRef;

/// What a window shows.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Wanted {
    pub nodes: bool,
    pub approvals: bool,
    pub activity: Option<(Filter, u32)>,
    /// Sessions, with the number of rows a snapshot has.
    pub rows: BTreeMap<SessionRef, u32>,
    pub vitals: bool,
}

impl Wanted {
    /// Two panes with one session share what it says; the longer one decides how much. There is one stream.
    pub fn new(topics: Vec<Topic>) -> Wanted {
        let mut wanted = Wanted::default();
        for topic in topics {
            match topic {
                Topic::Nodes => wanted.nodes = true,
                Topic::Approvals => wanted.approvals = true,
                Topic::Activity { filter, limit } => wanted.activity = Some((filter, limit)),
                Topic::Transcript { of, limit } => {
                    let known = wanted.rows.entry(of).or_default();
                    *known = limit.max(*known);
                }
                Topic::Vitals => wanted.vitals = true,
            }
        }
        wanted
    }
}
