//! Which lines are wanted. The core applies it; here it is only put together.

use contract::activity::Filter;

use crate::state::PaneState;

/// Whose lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    All,
    /// The agent in the focused pane.
    Focused,
}

/// The filter; `None` when the focused pane shows nobody.
pub fn filter(scope: Scope, focused: Option<&PaneState>, text: &str) -> Option<Filter> {
    let text = text.trim().to_owned();
    let PaneState { node, agent, session } = match scope {
        Scope::All => {
            return Some(Filter { text, ..Filter::default() });
        }
        Scope::Focused => focused.cloned()?,
    };
    let nodes = vec![node?];
    // Without an agent the session says whose lines they are.
    let sessions = if agent.is_none() { session.into_iter().collect() } else { Vec::new() };
    Some(Filter { nodes, agents: agent.into_iter().collect(), sessions, text, ..Filter::default() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pane(agent: Option<&str>) -> PaneState {
        PaneState { node: Some("n".into()), agent: agent.map(str::to_owned), session: Some("s".into()) }
    }

    #[test]
    fn all_lines_are_filtered_by_text_alone() {
        let all = filter(Scope::All, Some(&pane(Some("a"))), " cargo ");
        assert_eq!(all, Some(Filter { text: "cargo".into(), ..Filter::default() }));
    }

    #[test]
    fn the_focused_pane_narrows_to_its_node_and_agent_or_else_its_session() {
        let one = filter(Scope::Focused, Some(&pane(Some("a"))), "").unwrap_or_default();
        assert_eq!((one.nodes, one.agents, one.sessions), (vec!["n".into()], vec!["a".into()], vec![]));
        let one = filter(Scope::Focused, Some(&pane(None)), "").unwrap_or_default();
        assert_eq!((one.agents, one.sessions), (vec![], vec!["s".to_owned()]));
    }

    #[test]
    fn an_empty_pane_has_no_lines_instead_of_all() {
        assert_eq!(filter(Scope::Focused, Some(&PaneState::default()), ""), None);
        assert_eq!(filter(Scope::Focused, None, ""), None);
    }
}
