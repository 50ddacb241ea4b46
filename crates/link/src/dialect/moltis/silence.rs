//! Runs whose end was lost. A gateway that is read too slowly drops frames without a word, and after its restart a run
//! is simply gone; so a run that is silent for long is asked about, and ended when nothing runs there any more.

use super::super::Out;
use super::super::lax::{Raw, list};
use super::super::pending::{Ask, Asker};
use super::super::runs::Place;
use super::Moltis;
use super::session::Entry;
use crate::event::Body;

/// Silence after which it is asked whether a run goes on, milliseconds.
const SUSPICIOUS: i64 = 45_000;

impl Moltis {
    pub(super) fn look_for_silence(&mut self, now: i64, out: &mut Out) {
        if !matches!(self.stage, super::Stage::Ready) {
            return;
        }
        let silent = self.quiet.suspects(&self.runs, now, SUSPICIOUS);
        if silent.is_empty() {
            return;
        }
        self.request(Ask::Recheck { runs: silent }, Asker::Own, "sessions.list", &serde_json::json!({}), out);
    }

    /// Of the silent runs those end whose session runs nothing any more.
    pub(super) fn rechecked(&mut self, silent: &[(Box<str>, i64)], payload: Option<Raw<'_>>, now: i64, out: &mut Out) {
        let entries: Vec<Entry<'_>> = list(payload);
        let rows: Vec<_> = entries.iter().filter_map(|entry| Some((entry.session()?, entry.version))).collect();
        for (run, since) in silent {
            let Some(open) = self.runs.get(run) else { continue };
            let (agent, session) = (open.agent.clone(), open.session.clone());
            let row = rows.iter().find(|(row, _)| session.as_deref() == Some(row.key.as_str()));
            if row.is_some_and(|(row, _)| row.running == Some(false)) {
                let place = Place { run, agent: agent.as_deref(), session: session.as_deref(), at: now };
                // What it said in the end was lost on the way; its history has it.
                place.say(Body::Gap { from: *since, to: now }, out);
                self.runs.give_up(run, now, out);
                self.approvals.end_of_run(place, out);
            }
        }
        for (session, version) in rows {
            self.sessions.tell(session, version, now, out);
        }
    }
}
