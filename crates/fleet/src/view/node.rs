//! A node as its card and the sidebar show it.

use std::collections::HashMap;

use contract::node::{self, Activity, LinkState, Node, USUAL_BURST, USUAL_PER_MINUTE};
use contract::straight;
use link::event::NodeState;

use super::title::title;
use crate::truth::{NodeHead, Session, Truth};

/// How many sessions a node shows; the newest.
const SESSIONS: usize = 200;

/// The card.
pub fn node(truth: &Truth) -> Node {
    let head = &truth.head;
    let link = &truth.link;
    let mut known: Vec<&Session> = truth
        .sessions()
        .filter(|session| (session.listed || session.about.updated_at.is_some()) && !session.about.archived)
        .collect();
    known.sort_by_cached_key(|session| std::cmp::Reverse((newest(session), session.key.clone())));
    let count = known.len() as u64;
    let asking = asking(truth);
    let agents = agents(truth, &known, &asking);
    known.truncate(SESSIONS);
    let sessions = known.into_iter().map(|known| session(truth, known, &asking)).collect();
    let words = words(&link.state);
    Node {
        id: head.id.clone(),
        name: head.name.clone(),
        vendor: head.vendor,
        address: head.address.clone(),
        reach: head.reach.clone(),
        route: link.route.as_ref().and_then(|taken| u32::try_from(taken.number).ok()),
        passed: link.route.iter().flat_map(|taken| &taken.passed).map(|one| one.reason.clone()).collect(),
        local: head.local,
        state: state(&link.state),
        reason: words.reason.to_owned(),
        since: link.since,
        next_try: words.next_try,
        fingerprint: words.fingerprint.map(str::to_owned),
        pinned: words.pinned.map(str::to_owned).or_else(|| head.pins.first().map(|pin| pin.fingerprint.to_string())),
        certificate: certificate(&link.state),
        trusted: trusted(&link.state, head),
        version: link.version.clone(),
        product: link.product.clone(),
        stale_since: link.stale_since,
        latency_ms: link.latency_ms,
        scopes: link.scopes.clone(),
        agents,
        sessions,
        session_count: count,
        running: truth.running(),
        asking: truth.asking(),
        key_in_memory: link.key_in_memory,
        production: truth.guard.production,
        unlocked_until: truth.guard.unlocked_until.filter(|_| truth.guard.production),
        queued: truth.queued,
        recording: truth.recording,
        per_minute: truth.guard.per_minute.unwrap_or(USUAL_PER_MINUTE),
        burst: truth.guard.burst.unwrap_or(USUAL_BURST),
        spent_today: truth.spent_today.clone(),
    }
}

/// A link's state in the window's words.
pub fn state(state: &NodeState) -> LinkState {
    match state {
        NodeState::Idle => LinkState::Idle,
        NodeState::Connecting => LinkState::Connecting,
        NodeState::Handshaking => LinkState::Handshaking,
        NodeState::Ready { .. } => LinkState::Ready,
        NodeState::Pairing { .. } => LinkState::Pairing,
        NodeState::Untrusted { .. } => LinkState::Untrusted,
        NodeState::Unauthorised { .. } => LinkState::Unauthorised,
        NodeState::Incompatible { .. } => LinkState::Incompatible,
        NodeState::RateLimited { .. } => LinkState::RateLimited,
        NodeState::BackingOff { .. } => LinkState::BackingOff,
        NodeState::Paused => LinkState::Paused,
        NodeState::Failed { .. } => LinkState::Failed,
    }
}

/// What a state says besides its name.
pub struct Words<'a> {
    pub reason: &'a str,
    pub next_try: Option<(u32, i64)>,
    pub fingerprint: Option<&'a str>,
    pub pinned: Option<&'a str>,
}

pub fn words(state: &NodeState) -> Words<'_> {
    let plain = |reason| Words { reason, next_try: None, fingerprint: None, pinned: None };
    match state {
        NodeState::Idle | NodeState::Connecting | NodeState::Handshaking | NodeState::Ready { .. } => plain(""),
        NodeState::Paused => plain("Paused by you; nothing is sent or received."),
        NodeState::Pairing { reason, .. }
        | NodeState::Unauthorised { reason }
        | NodeState::Incompatible { reason, .. }
        | NodeState::Failed { reason } => plain(reason),
        NodeState::RateLimited { until, reason } => Words { next_try: Some((1, *until)), ..plain(reason) },
        NodeState::BackingOff { attempt, next, reason } => Words { next_try: Some((*attempt, *next)), ..plain(reason) },
        NodeState::Untrusted { fingerprint, pinned, reason, .. } => {
            Words { fingerprint: Some(fingerprint), pinned: pinned.as_deref(), ..plain(reason) }
        }
    }
}

/// What is known of the certificate that waits to be trusted.
fn certificate(state: &NodeState) -> Option<node::Certificate> {
    match state {
        NodeState::Untrusted { certificate, .. } => certificate.as_deref().map(about),
        _ => None,
    }
}

/// What is known of the one that was trusted.
fn trusted(state: &NodeState, head: &NodeHead) -> Option<node::Certificate> {
    let pin = match state {
        NodeState::Untrusted { trusted, .. } => trusted.as_deref(),
        _ => head.pins.first(),
    };
    pin.map(|pin| node::Certificate {
        fingerprint: pin.fingerprint.to_string(),
        trusted_at: pin.since,
        at: pin.at.clone(),
        ..pin.about.as_ref().map(about).unwrap_or_default()
    })
}

/// A certificate in the window's words.
pub fn about(one: &link::Certificate) -> node::Certificate {
    node::Certificate {
        fingerprint: one.fingerprint.to_string(),
        subject: one.subject.clone(),
        issuer: one.issuer.clone(),
        names: one.names.clone(),
        from: Some(one.from),
        until: Some(one.until),
        trusted_at: None,
        at: None,
    }
}

/// Sessions and agents that wait for a person's word.
struct Asking<'a> {
    sessions: Vec<&'a str>,
    agents: Vec<&'a str>,
}

fn asking(truth: &Truth) -> Asking<'_> {
    let waiting = || truth.approvals.iter().filter(|asked| asked.settled.is_none());
    Asking {
        sessions: waiting().filter_map(|asked| asked.session.as_deref()).collect(),
        agents: waiting().filter_map(|asked| asked.agent.as_deref()).collect(),
    }
}

fn newest(session: &Session) -> i64 {
    session.about.updated_at.unwrap_or(0)
}

fn session(truth: &Truth, session: &Session, asking: &Asking<'_>) -> node::Session {
    let about = &session.about;
    node::Session {
        key: about.key.clone(),
        agent: about.agent_id.clone(),
        title: title(about),
        preview: about.preview.as_deref().map(|words| straight(words).into_owned()),
        updated_at: about.updated_at,
        messages: about.messages,
        activity: activity(truth, session, asking),
        parent: about.parent.clone(),
    }
}

fn activity(truth: &Truth, session: &Session, asking: &Asking<'_>) -> Activity {
    if !truth.is_ready() {
        Activity::Offline
    } else if asking.sessions.contains(&&*session.key) {
        Activity::Asking
    } else if session.is_running() {
        Activity::Running
    } else if session.failed {
        Activity::Failed
    } else if session.unread {
        Activity::Unread
    } else {
        Activity::Idle
    }
}

/// The agents, each with the loudest of its sessions' activities and the session that a click opens. `known` has the
/// newest first.
fn agents(truth: &Truth, known: &[&Session], asking: &Asking<'_>) -> Vec<node::Agent> {
    let default = truth.agents.iter().find(|agent| agent.default).or(truth.agents.first()).map(|agent| &*agent.id);
    let mut loudest: HashMap<&str, Activity> = HashMap::new();
    let mut opens: HashMap<&str, &Session> = HashMap::new();
    for session in known {
        let Some(agent) = session.about.agent_id.as_deref().or(default) else {
            continue;
        };
        let activity = activity(truth, session, asking);
        let before = loudest.entry(agent).or_insert(activity);
        if loudness(activity) > loudness(*before) {
            *before = activity;
        }
        if session.about.parent.is_none() {
            opens.entry(agent).or_insert(session);
        }
    }
    let show = |agent: &link::event::Agent| {
        let quiet = if truth.is_ready() { Activity::Idle } else { Activity::Offline };
        let asks = truth.is_ready() && asking.agents.contains(&&*agent.id);
        let heard = loudest.get(&*agent.id).copied().unwrap_or(quiet);
        node::Agent {
            id: agent.id.clone(),
            name: straight(if agent.name.is_empty() { &agent.id } else { &agent.name }).into_owned(),
            emoji: agent.emoji.clone(),
            model: agent.model.clone(),
            preset: agent.preset.clone(),
            default: agent.default,
            activity: if asks { Activity::Asking } else { heard },
            session: opens.get(&*agent.id).map(|session| session.key.to_string()),
        }
    };
    truth.agents.iter().map(show).collect()
}

fn loudness(activity: Activity) -> u8 {
    match activity {
        Activity::Asking => 5,
        Activity::Running => 4,
        Activity::Failed => 3,
        Activity::Unread => 2,
        Activity::Idle => 1,
        Activity::Offline => 0,
    }
}
