//! Everything that has a name, and what fits the letters that were typed. Pure.

use contract::node::Node;
use contract::settings::Theme;
use leptos::prelude::*;

use crate::acts::open::{self, Where};
use crate::acts::theme;
use crate::parts::icon::Icon;
use crate::parts::mark::Shape;
use crate::state::counts::doing;
use crate::state::frame::Open;
use crate::state::model::Model;
use crate::state::{Route, State};
use crate::text::{fuzzy, words};
use crate::views::nodes;

/// Something to go to or to do.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    pub text: String,
    /// Said beside it, fainter; letters may match there too.
    pub aside: String,
    pub kind: &'static str,
    pub face: Face,
    pub target: Target,
}

/// What stands before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Face {
    Mark(Shape),
    Icon(Icon),
}

/// Where it leads.
#[derive(Debug, Clone, PartialEq)]
pub enum Target {
    Screen(Route),
    Node(String),
    Agent { node: String, agent: String },
    NewSession { node: String, agent: String },
    Session { node: String, agent: Option<String>, session: String },
    Dialog(Open),
    Theme(Theme),
}

impl Target {
    /// Goes there.
    pub fn go(self, state: State, place: Where) {
        match self {
            Self::Screen(route) => state.route.set(route),
            Self::Node(id) => nodes::go_to(state, &id),
            Self::Agent { node, agent } => open::agent(state, &node, &agent, place),
            Self::NewSession { node, agent } => open::new_session(state, &node, &agent, place),
            Self::Session { node, agent, session } => {
                open::session(state, &node, agent.as_deref(), &session, place);
            }
            Self::Dialog(dialog) => state.frame.open(dialog),
            Self::Theme(theme) => theme::choose(state, theme),
        }
    }
}

/// Everything, agents first: they are what one goes to.
pub fn entries(model: &Model) -> Vec<Entry> {
    let mut all = Vec::new();
    for node in &model.nodes {
        all.extend(node.agents.iter().map(|agent| Entry {
            text: agent.name.clone(),
            aside: node.name.clone(),
            kind: "agent",
            face: Face::Mark(doing(node, agent).into()),
            target: Target::Agent { node: node.id.clone(), agent: agent.id.clone() },
        }));
    }
    all.extend(model.nodes.iter().map(|node| Entry {
        text: node.name.clone(),
        aside: words::vendor(node.vendor).to_owned(),
        kind: "node",
        face: Face::Mark(node.state.into()),
        target: Target::Node(node.id.clone()),
    }));
    all.extend(Route::ALL.map(|route| entry(route.title(), "screen", route.icon(), Target::Screen(route))));
    all.extend(model.nodes.iter().flat_map(sessions));
    all.extend(model.nodes.iter().flat_map(new_sessions));
    all.extend([
        entry("Add a node", "act", Icon::Plus, Target::Dialog(Open::AddNode)),
        entry("Keyboard shortcuts", "act", Icon::Keyboard, Target::Dialog(Open::Shortcuts)),
        entry("Theme: night", "act", Icon::Night, Target::Theme(Theme::Dark)),
        entry("Theme: day", "act", Icon::Day, Target::Theme(Theme::Light)),
        entry("Theme: as the system has it", "act", Icon::Day, Target::Theme(Theme::System)),
    ]);
    all
}

fn entry(text: &str, kind: &'static str, icon: Icon, target: Target) -> Entry {
    Entry { text: text.to_owned(), aside: String::new(), kind, face: Face::Icon(icon), target }
}

fn sessions(node: &Node) -> impl Iterator<Item = Entry> {
    node.sessions.iter().map(|session| {
        let agent = session.agent.as_ref().and_then(|id| node.agents.iter().find(|agent| agent.id == *id));
        Entry {
            text: if session.title.is_empty() { session.key.clone() } else { session.title.clone() },
            aside: match agent {
                Some(agent) => format!("{} · {}", node.name, agent.name),
                None => node.name.clone(),
            },
            kind: "session",
            face: Face::Mark(session.activity.into()),
            target: Target::Session {
                node: node.id.clone(),
                agent: session.agent.clone(),
                session: session.key.clone(),
            },
        }
    })
}

fn new_sessions(node: &Node) -> impl Iterator<Item = Entry> {
    node.agents.iter().map(|agent| Entry {
        text: format!("New session with {}", agent.name),
        aside: node.name.clone(),
        kind: "act",
        face: Face::Icon(Icon::Plus),
        target: Target::NewSession { node: node.id.clone(), agent: agent.id.clone() },
    })
}

/// What fits, best first; with nothing typed, everything in its order.
pub fn found(all: &[Entry], typed: &str, most: usize) -> Vec<Entry> {
    if typed.trim().is_empty() {
        return all.iter().take(most).cloned().collect();
    }
    let mut hits: Vec<(i32, &Entry)> = all
        .iter()
        .filter_map(|entry| {
            let alone = fuzzy::score(typed, &entry.text).map(|score| score + 4);
            let with_aside = fuzzy::score(typed, &format!("{} {}", entry.text, entry.aside));
            Some((alone.max(with_aside)?, entry))
        })
        .collect();
    hits.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    hits.into_iter().take(most).map(|(_, entry)| entry.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_screen_is_found_by_its_first_letters() {
        let all = entries(&Model::default());
        let hits = found(&all, "app", 5);
        assert_eq!(hits.first().map(|entry| entry.text.as_str()), Some("Approvals"));
        assert!(found(&all, "zzz", 5).is_empty());
    }

    #[test]
    fn nothing_typed_shows_everything_in_its_order() {
        let all = entries(&Model::default());
        assert_eq!(found(&all, " ", 2), all[..2]);
    }
}
