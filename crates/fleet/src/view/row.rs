//! A session's rows as a pane shows them. While the link is down nothing claims to move.

use contract::transcript::{self, SessionRef, ToolState, Window};

use crate::truth::{Row, RowBody, Session, Truth};
use crate::view;

/// What is said of a run that went on when the link went down.
const UNSURE: &str = "unknown until the node is back";

/// The last `limit` rows of a session.
pub fn window(truth: &Truth, session: &Session, limit: usize) -> Window {
    let head = head(truth, session);
    let (rows, more) = match &session.transcript {
        None => (Vec::new(), false),
        Some(rows) => {
            let skipped = rows.rows.len().saturating_sub(limit);
            let shown = rows.rows.iter().skip(skipped);
            (shown.map(|shown| row(truth, session, shown)).collect(), rows.more || skipped > 0)
        }
    };
    Window {
        of: SessionRef { node: truth.head.id.clone(), session: session.key.to_string() },
        rows,
        more,
        loading: head.loading,
        stale_since: head.stale_since,
        fault: head.fault,
        running: head.running,
        phase: head.phase,
    }
}

/// What stands above a session's rows.
pub struct Head {
    pub running: Option<String>,
    pub phase: Option<String>,
    pub stale_since: Option<i64>,
    pub loading: bool,
    pub fault: Option<String>,
}

pub fn head(truth: &Truth, session: &Session) -> Head {
    let rows = session.transcript.as_ref();
    let active = session.active_run();
    let sure = active.filter(|run| !run.unsure && truth.is_ready());
    let phase = match (active, sure) {
        (Some(_), None) => Some(UNSURE.to_owned()),
        (_, sure) => sure.and_then(|run| run.phase.as_deref()).map(in_words),
    };
    Head {
        running: sure.map(|run| run.id.to_string()),
        phase,
        stale_since: rows.and_then(|rows| rows.stale_since).or(if truth.is_ready() {
            None
        } else {
            truth.link.stale_since
        }),
        loading: rows.is_some_and(|rows| rows.loading),
        fault: rows.and_then(|rows| rows.fault.clone()),
    }
}

/// The id of a row, as it crosses.
pub fn id(id: u64) -> String {
    format!("r{id}")
}

/// One row.
pub fn row(truth: &Truth, session: &Session, row: &Row) -> transcript::Row {
    let moves = || {
        let run = session.run(row.run.as_deref().unwrap_or_default());
        truth.is_ready() && run.is_none_or(|run| !run.unsure)
    };
    transcript::Row { id: id(row.id), order: row.order, at: row.at, body: body(truth, row, moves) }
}

/// A row that is not in memory: nothing in it moves, and its order names it.
pub fn older(truth: &Truth, row: &Row) -> transcript::Row {
    let id = format!("o{}", row.order);
    transcript::Row { id, order: row.order, at: row.at, body: body(truth, row, || false) }
}

fn body(truth: &Truth, row: &Row, moves: impl Fn() -> bool) -> transcript::RowBody {
    use transcript::RowBody as Shown;
    match &row.body {
        RowBody::User { text, own } => Shown::User {
            text: text.clone(),
            fate: own.as_ref().map(|own| own.fate),
            fate_at: own.as_ref().map(|own| own.fate_at),
            fault: own.as_ref().and_then(|own| own.fault.clone()),
            client_id: own.as_ref().map(|own| own.client_id.to_string()),
        },
        RowBody::Assistant { text, streaming, model } => {
            Shown::Assistant { text: text.clone(), streaming: *streaming && moves(), model: model.clone() }
        }
        RowBody::Thinking { text, streaming } => {
            Shown::Thinking { text: text.clone(), streaming: *streaming && moves() }
        }
        RowBody::Tool { name, summary, input, output, state, ms, .. } => Shown::Tool {
            name: name.clone(),
            summary: summary.clone(),
            input: input.clone(),
            output: output.clone(),
            state: going(*state, moves),
            ms: *ms,
        },
        RowBody::Subagent { label, preset, state } => {
            Shown::Subagent { label: label.clone(), preset: preset.clone(), state: going(*state, moves) }
        }
        RowBody::Approval(asked) => Shown::Approval { approval: Box::new(view::approval::approval(truth, asked)) },
        RowBody::Notice { text, level } => Shown::Notice { text: text.clone(), level: *level },
        RowBody::Gap { text } => Shown::Gap { text: text.clone() },
    }
}

fn going(state: ToolState, moves: impl Fn() -> bool) -> ToolState {
    match state {
        ToolState::Running if !moves() => ToolState::Unknown,
        state => state,
    }
}

/// A phase as people write it: some vendors tell a name of their code.
fn in_words(phase: &str) -> String {
    if phase.contains(' ') { phase.to_owned() } else { phase.replace(['_', '-'], " ") }
}
