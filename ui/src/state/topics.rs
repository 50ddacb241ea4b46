//! What this window asks to be told: the sum of what its components show, sent once when
//! it has changed. A window gets what it shows and nothing else.

use contract::calls::{Resync, Watch};
use contract::transcript::SessionRef;
use contract::{Fault, Topic};
use leptos::prelude::*;
use leptos::task::spawn_local;

use super::{Toasts, Told};
use crate::core;

/// What is asked for.
#[derive(Clone, Copy)]
pub struct Topics {
    wanted: StoredValue<Wanted>,
}

#[derive(Default)]
struct Wanted {
    next: u32,
    by: Vec<(u32, Topic)>,
    /// The list the core has; `None` until the channel is open.
    sent: Option<Vec<Topic>>,
    due: bool,
}

impl Topics {
    pub fn new() -> Self {
        Self { wanted: StoredValue::new(Wanted::default()) }
    }

    /// Asks for a topic for as long as the calling component (or effect run) lives.
    pub fn want(self, topic: Topic, told: Told, toasts: Toasts) {
        let ticket = self.wanted.try_update_value(|wanted| {
            wanted.next += 1;
            wanted.by.push((wanted.next, topic));
            wanted.next
        });
        self.send_soon(told, toasts);
        on_cleanup(move || {
            self.wanted.try_update_value(|wanted| wanted.by.retain(|(known, _)| Some(*known) != ticket));
            self.send_soon(told, toasts);
        });
    }

    /// The channel is open: the list goes out from now on.
    pub fn opened(self, told: Told, toasts: Toasts) {
        self.wanted.update_value(|wanted| wanted.sent = Some(Vec::new()));
        self.send_soon(told, toasts);
    }

    /// Asks for snapshots of everything, because a batch was missed.
    pub fn resync(self, toasts: Toasts) {
        spawn_local(async move { report(core::call(Resync {}).await, toasts) });
    }

    fn send_soon(self, told: Told, toasts: Toasts) {
        let was_due = self.wanted.try_update_value(|wanted| std::mem::replace(&mut wanted.due, true));
        // One microtask later everything that mounts in this turn has said what it wants.
        if was_due == Some(false) {
            queue_microtask(move || self.send(told, toasts));
        }
    }

    fn send(self, told: Told, toasts: Toasts) {
        let change = self.wanted.try_update_value(Wanted::change).flatten();
        let Some((topics, gone)) = change else { return };
        for of in gone {
            told.forget(&of);
        }
        spawn_local(async move { report(core::call(Watch { topics }).await, toasts) });
    }
}

impl Wanted {
    /// The new list and the sessions that left it, if it changed.
    fn change(&mut self) -> Option<(Vec<Topic>, Vec<SessionRef>)> {
        self.due = false;
        let topics = merged(self.by.iter().map(|(_, topic)| topic));
        let sent = self.sent.as_mut().filter(|sent| **sent != topics)?;
        let sessions = |topics: &[Topic]| -> Vec<SessionRef> {
            topics
                .iter()
                .filter_map(|topic| match topic {
                    Topic::Transcript { of, .. } => Some(of.clone()),
                    _ => None,
                })
                .collect()
        };
        let kept = sessions(&topics);
        let gone = sessions(sent).into_iter().filter(|of| !kept.contains(of)).collect();
        sent.clone_from(&topics);
        Some((topics, gone))
    }
}

/// One topic for each thing: two panes on one session are one topic with the larger limit;
/// of two streams the later one counts, since a window has one.
fn merged<'a>(topics: impl Iterator<Item = &'a Topic>) -> Vec<Topic> {
    let mut list: Vec<Topic> = Vec::new();
    for topic in topics {
        let known = list.iter_mut().find(|known| same_thing(known, topic));
        match (known, topic) {
            (None, _) => list.push(topic.clone()),
            (Some(Topic::Transcript { limit: known, .. }), Topic::Transcript { limit, .. }) => {
                *known = (*known).max(*limit);
            }
            (Some(known), _) => known.clone_from(topic),
        }
    }
    list
}

fn same_thing(a: &Topic, b: &Topic) -> bool {
    match (a, b) {
        (Topic::Transcript { of: a, .. }, Topic::Transcript { of: b, .. }) => a == b,
        _ => std::mem::discriminant(a) == std::mem::discriminant(b),
    }
}

fn report(answer: Result<(), Fault>, toasts: Toasts) {
    if let Err(fault) = answer {
        toasts.fault(&fault);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn transcript(session: &str, limit: u32) -> Topic {
        Topic::Transcript { of: SessionRef { node: "local".into(), session: session.into() }, limit }
    }

    #[test]
    fn two_panes_on_one_session_are_one_topic_with_the_larger_limit() {
        let wanted = [transcript("a", 50), Topic::Nodes, transcript("a", 200), Topic::Nodes];
        assert_eq!(merged(wanted.iter()), [transcript("a", 200), Topic::Nodes]);
    }

    #[test]
    fn nothing_is_sent_before_the_channel_is_open_or_when_nothing_changed() {
        let mut wanted = Wanted { by: vec![(1, Topic::Nodes)], ..Wanted::default() };
        assert_eq!(wanted.change(), None);
        wanted.sent = Some(Vec::new());
        assert_eq!(wanted.change(), Some((vec![Topic::Nodes], Vec::new())));
        assert_eq!(wanted.change(), None);
    }

    #[test]
    fn a_session_that_no_pane_shows_any_more_is_named() {
        let mut wanted = Wanted { sent: Some(vec![transcript("a", 50)]), ..Wanted::default() };
        let gone = SessionRef { node: "local".into(), session: "a".into() };
        assert_eq!(wanted.change(), Some((Vec::new(), vec![gone])));
    }
}
