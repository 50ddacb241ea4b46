//! The hues of agents in the stream: each its own while there are enough of them, and the same
//! in every window and on every day that has the same agents.

use std::collections::HashMap;

use contract::node::Node;

/// How many hues there are.
const HUES: u32 = 8;

/// The hues of all agents there are, by node and agent.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Hues(HashMap<(String, String), u32>);

impl Hues {
    /// In the order of the nodes: who finds their hue taken has the next one that is taken least.
    pub fn of(nodes: &[Node]) -> Self {
        Self::among(nodes.iter().flat_map(|node| node.agents.iter().map(|agent| (node.id.as_str(), agent.id.as_str()))))
    }

    fn among<'a>(agents: impl Iterator<Item = (&'a str, &'a str)>) -> Self {
        let mut taken = [0_u32; HUES as usize];
        let hues = agents.map(|(node, agent)| {
            let own = hue(node, agent);
            let free = (own..own + HUES).map(|hue| (hue - 1) % HUES).min_by_key(|at| taken[*at as usize]);
            let at = free.unwrap_or_default();
            taken[at as usize] += 1;
            ((node.to_owned(), agent.to_owned()), at + 1)
        });
        Self(hues.collect())
    }

    /// An agent's hue, 1 to 8. One that is not there any more has the hue it would have alone.
    pub fn get(&self, node: &str, agent: &str) -> u32 {
        self.0.get(&(node.to_owned(), agent.to_owned())).copied().unwrap_or_else(|| hue(node, agent))
    }
}

fn hue(node: &str, agent: &str) -> u32 {
    // FNV-1a: small, and the same on every machine.
    let bytes = node.bytes().chain([0]).chain(agent.bytes());
    let sum = bytes.fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (sum ^ (sum >> 15)) % HUES + 1
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn an_agent_keeps_its_hue_in_every_window_and_on_every_day() {
        // Written down: whoever changes the sum changes the colour everybody has learnt.
        let known = ["main", "scout", "forge"].map(|agent| hue("local", agent));
        assert_eq!(known, [8, 1, 5]);
    }

    #[test]
    fn as_many_agents_as_there_are_hues_have_one_each() {
        let agents = ["assistant", "researcher", "coder", "reviewer"];
        let agents = ["local", "homelab"].into_iter().flat_map(|node| agents.map(|agent| (node, agent)));
        let alone: HashSet<u32> = agents.clone().map(|(node, agent)| hue(node, agent)).collect();
        assert!(alone.len() < 8, "each of these has a hue of its own already");
        let hues = Hues::among(agents.clone());
        let mut used: Vec<u32> = agents.map(|(node, agent)| hues.get(node, agent)).collect();
        used.sort_unstable();
        assert_eq!(used, (1..=HUES).collect::<Vec<_>>());
    }

    #[test]
    fn an_agent_that_is_gone_keeps_the_hue_it_has_alone() {
        assert_eq!(Hues::default().get("local", "forge"), hue("local", "forge"));
    }

    #[test]
    fn namesakes_on_many_nodes_do_not_share_one_hue() {
        let mut used: Vec<u32> = (0..24).map(|node| hue(&format!("node-{node}"), "main")).collect();
        used.sort_unstable();
        used.dedup();
        assert!(used.len() > 4, "{used:?}");
    }

    #[test]
    fn agents_spread_over_all_hues() {
        let mut used: Vec<u32> = (0..64).map(|agent| hue("node", &format!("agent-{agent}"))).collect();
        used.sort_unstable();
        used.dedup();
        assert_eq!(used, (1..=HUES).collect::<Vec<_>>());
    }
}
