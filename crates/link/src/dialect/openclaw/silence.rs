//! Runs whose end was lost with frames that the gateway dropped: a run that is silent for long is asked about, and
//! ended when its session runs nothing any more.

use serde::Deserialize;

use super::super::Out;
use super::super::lax::{Raw, list, read};
use super::super::pending::{Ask, Asker};
use super::Openclaw;
use super::session::Row;
use crate::event::{Body, Event};

/// Silence after which it is asked whether a run goes on, milliseconds.
const SUSPICIOUS: i64 = 60_000;

impl Openclaw {
    pub(super) fn look_for_silence(&mut self, now: i64, out: &mut Out) {
        if !matches!(self.stage, super::Stage::Ready) {
            return;
        }
        let runs = self.quiet.suspects(&self.runs, now, SUSPICIOUS);
        if runs.is_empty() {
            return;
        }
        let params = serde_json::json!({"limit": 500});
        self.request(Ask::Recheck { runs }, Asker::Own, "sessions.list", &params, out);
    }

    /// Of the silent runs those end whose session runs nothing any more.
    pub(super) fn rechecked(&mut self, silent: &[(Box<str>, i64)], payload: Option<Raw<'_>>, now: i64, out: &mut Out) {
        #[derive(Default, Deserialize)]
        struct Listed<'a> {
            #[serde(default, borrow)]
            sessions: Option<Raw<'a>>,
        }
        let listed: Listed<'_> = read(payload).unwrap_or_default();
        let rows: Vec<Row<'_>> = list(listed.sessions);
        let sessions: Vec<_> = rows.iter().filter_map(Row::session).collect();
        for (run, since) in silent {
            let Some(open) = self.runs.get(run) else { continue };
            let (agent, session) = (open.agent.clone(), open.session.clone());
            let row = sessions.iter().find(|row| session.as_deref() == Some(row.key.as_str()));
            if row.is_some_and(|row| row.running == Some(false)) {
                self.settle(run, out);
                let body = Body::Gap { from: *since, to: now };
                // What it said in the end was lost on the way; its history has it.
                out.events.push(Event { at: now, agent, session, run: Some((&**run).into()), body });
                self.runs.give_up(run, now, out);
                self.approvals.end_of_run(run, now, out);
            }
        }
        for session in sessions {
            self.sessions.tell(session, now, out);
        }
    }
}
