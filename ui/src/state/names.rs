//! What nodes, agents and sessions are called. Each is woken when its node changes: put it into a memo.

use contract::transcript::SessionRef;

use super::Told;

impl Told {
    /// A node's name; its id when it is gone.
    pub fn node_name(self, node: &str) -> String {
        self.node(node, |node| node.name.clone()).unwrap_or_else(|| node.to_owned())
    }

    /// An agent's name; its id when its node does not tell of it.
    pub fn agent_name(self, node: &str, agent: &str) -> String {
        let name =
            self.node(node, |node| node.agents.iter().find(|known| known.id == agent).map(|known| known.name.clone()));
        name.flatten().filter(|name| !name.is_empty()).unwrap_or_else(|| agent.to_owned())
    }

    /// Which agent a session is with, as far as its node tells.
    pub fn agent_of(self, of: &SessionRef) -> Option<String> {
        self.node(&of.node, |node| {
            let session = node.sessions.iter().find(|known| known.key == of.session)?;
            session.agent.clone()
        })
        .flatten()
    }

    /// A session's title; its key when it has none.
    pub fn session_title(self, of: &SessionRef) -> String {
        let title = self.node(&of.node, |node| {
            node.sessions.iter().find(|known| known.key == of.session).map(|known| known.title.clone())
        });
        title.flatten().filter(|title| !title.is_empty()).unwrap_or_else(|| of.session.clone())
    }
}
