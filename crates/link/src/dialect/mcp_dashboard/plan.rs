//! Plans. A plan is told twice, as it begins and as it ends, under two different ids: here it keeps the first one.

use serde::Deserialize;

use super::super::Out;
use super::super::lax::{Raw, Text, kept, read, tree};
use super::McpDashboard;
use crate::event::{Body, Kept};

#[derive(Default, Deserialize)]
struct Update<'a> {
    #[serde(default, borrow)]
    plan_id: Text<'a>,
    #[serde(default, borrow)]
    title: Text<'a>,
    #[serde(default, borrow)]
    status: Text<'a>,
}

impl McpDashboard {
    pub(super) fn plan(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let update: Update<'_> = read(payload).unwrap_or_default();
        let agent = self.agent_of(payload);
        let mut value = kept(payload);
        let runs = update.status.get() == Some("running");
        match self.plans.remove(&agent) {
            Some((id, title))
                if !runs && Some(&*id) != update.plan_id.get() && same(&title, update.title.or_empty()) =>
            {
                let mut plan = tree(payload);
                plan["plan_id"] = (&*id).into();
                value = Kept::of(&plan);
            }
            _ => {}
        }
        if runs && self.plans.len() < 1024 {
            let known = (update.plan_id.boxed().unwrap_or_default(), update.title.boxed().unwrap_or_default());
            self.plans.insert(agent, known);
        }
        self.of_agent(payload, Body::Plan { value }, now, out)
    }
}

/// The end may name the plan more fully than its beginning did, or not at all.
fn same(first: &str, last: &str) -> bool {
    first.is_empty() || last.is_empty() || first == last || last.starts_with(first) || first.starts_with(last)
}
