//! The words: every variant of each enum.

use super::check;
use crate::activity::Mark;
use crate::approval::Decision;
use crate::fault::Code;
use crate::node::{Activity, LinkState, Vendor};
use crate::settings::Theme;
use crate::transcript::{Fate, Level, ToolState};

#[test]
fn words_of_nodes_and_lines_keep_their_form() {
    check("vendors", &[Vendor::Auto, Vendor::Pilothouse, Vendor::Moltis, Vendor::Openclaw, Vendor::McpDashboard]);
    check("link_states", &link_states());
    check(
        "activities",
        &[Activity::Asking, Activity::Running, Activity::Failed, Activity::Unread, Activity::Idle, Activity::Offline],
    );
    check(
        "marks",
        &[Mark::Message, Mark::Run, Mark::Tool, Mark::Asks, Mark::Failed, Mark::Link, Mark::Gap, Mark::Other],
    );
}

#[test]
fn words_of_rows_and_answers_keep_their_form() {
    check(
        "fates",
        &[Fate::Queued, Fate::Sent, Fate::Acknowledged, Fate::Running, Fate::Done, Fate::Failed, Fate::Unknown],
    );
    check("tool_states", &[ToolState::Running, ToolState::Ok, ToolState::Failed, ToolState::Unknown]);
    check("levels", &[Level::Info, Level::Warning, Level::Error]);
    check("decisions", &[Decision::Once, Decision::Always, Decision::Deny, Decision::Expired, Decision::Unknown]);
    check("themes", &[Theme::System, Theme::Dark, Theme::Light]);
    check("codes", &codes());
}

fn link_states() -> Vec<LinkState> {
    use LinkState::*;
    vec![
        Idle,
        Connecting,
        Handshaking,
        Ready,
        Pairing,
        Untrusted,
        Unauthorised,
        Incompatible,
        RateLimited,
        BackingOff,
        Paused,
        Failed,
    ]
}

fn codes() -> Vec<Code> {
    use Code::*;
    vec![Invalid, Untrusted, Unauthorised, Pairing, NoKeyring, NotConnected, Unknown, Settled, NotFound, Other]
}
