//! Plans. A plan is told twice, as it begins and as it ends, under two different ids and titles: here it keeps
//! the first id, since an agent works on one plan at a time.

use serde::Deserialize;
use serde_json::Value;

use super::super::Out;
use super::super::lax::{Raw, Text, kept, read, tree};
use super::McpDashboard;
use crate::event::{Body, Kept};

#[derive(Default, Deserialize)]
struct Update<'a> {
    #[serde(default, borrow)]
    plan_id: Text<'a>,
    #[serde(default, borrow)]
    status: Text<'a>,
}

impl McpDashboard {
    pub(super) fn plan(&mut self, payload: Option<Raw<'_>>, now: i64, out: &mut Out) -> bool {
        let update: Update<'_> = read(payload).unwrap_or_default();
        let agent = self.agent_of(payload);
        let mut value = kept(payload);
        let runs = update.status.get() == Some("running");
        if let Some(id) = self.plans.remove(&agent).filter(|id| !runs && Some(&**id) != update.plan_id.get())
            && let Value::Object(mut plan) = tree(payload)
        {
            plan.insert("plan_id".to_owned(), (&*id).into());
            value = Kept::of(&Value::Object(plan));
        }
        if runs && self.plans.len() < 1024 {
            self.plans.insert(agent, update.plan_id.boxed().unwrap_or_default());
        }
        self.of_agent(payload, Body::Plan { value }, now, out)
    }
}
