//! The hue of an agent in the stream: its own, the same in every window and on every day.

/// How many hues there are.
pub const HUES: u32 = 8;

/// The hue of an agent of a node, 1 to [`HUES`].
pub fn hue(node: &str, agent: &str) -> u32 {
    // FNV-1a: small, and the same on every machine.
    let bytes = node.bytes().chain([0]).chain(agent.bytes());
    let sum = bytes.fold(0x811c_9dc5_u32, |sum, byte| (sum ^ u32::from(byte)).wrapping_mul(0x0100_0193));
    (sum ^ (sum >> 15)) % HUES + 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agent_keeps_its_hue_in_every_window_and_on_every_day() {
        // Written down: whoever changes the sum changes the colour everybody has learnt.
        let known = ["main", "scout", "forge"].map(|agent| hue("local", agent));
        assert_eq!(known, [8, 1, 5]);
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
