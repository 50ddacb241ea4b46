//! Turns that died. There is no error frame: a spawned agent of today's mcp-cli thinks for ever, and a turn that dies
//! inside the program says nothing more.

use super::super::Out;
use super::McpDashboard;
use crate::event::Body;

/// Silence after which a spawned agent is given up, milliseconds: from version 0.19 to 0.20.1 none ever answers.
const SPAWNED: i64 = 120_000;
/// The same for any other one, which may wait for a slow model.
const LONGEST: i64 = 600_000;

impl McpDashboard {
    pub(super) fn look_for_silence(&mut self, now: i64, out: &mut Out) {
        self.quiet.look(&self.runs, now);
        let silent = self.quiet.since(now, SPAWNED);
        for (run, since) in silent {
            let agent = self.turns.iter().find(|(_, turn)| turn.run == run).map(|(agent, _)| agent.clone());
            let Some(agent) = agent else { continue };
            let waits = self.approvals.open().any(|open| open.agent == agent);
            let spawned = self.parents.contains_key(&agent);
            if waits || (!spawned && now.saturating_sub(since) < LONGEST) {
                continue;
            }
            let minutes = now.saturating_sub(since) / 60_000;
            let mut text = format!("{agent} has said nothing for {minutes} minutes; its turn is taken for dead.");
            if spawned {
                text.push_str(" Agents spawned by mcp-cli 0.19 to 0.20.1 never answer.");
            }
            self.place(&agent, &run, now).say(Body::Notice { text }, out);
            self.give_up_turn(&agent, now, out);
        }
    }
}
